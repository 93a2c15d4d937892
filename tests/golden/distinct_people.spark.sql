SELECT
  `person`.`row_id` AS `row_id`,
  (
    CASE
      WHEN CASE
        WHEN NOT `person`.`forename` IS NULL
        OR NOT `person`.`surname` IS NULL
        OR NOT `person`.`nhs_number` IS NULL
        OR NOT `person`.`upn` IS NULL
        THEN TRUE
      END
      THEN NOT EXISTS(
        SELECT
          1
        FROM (
          SELECT
            `pair`.`row_id` AS `row_id`
          FROM `dq_pair` AS pair
          WHERE
            `pair`.`weight` >= 20
        ) AS failing
        WHERE
          `failing`.`row_id` = `person`.`row_id`
      )
    END
  ) AS `ok`
FROM `person` AS `person`
WHERE
  `person`.`row_id` > 0
