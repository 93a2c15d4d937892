SELECT
  `person`.`row_id` AS `row_id`,
  (
    CASE
      WHEN (
        `person`.`sex` = 'F'
      )
      THEN CASE
        WHEN NOT `person`.`nhs_number` IS NULL AND NOT `person`.`surname` IS NULL
        THEN SUM(CASE WHEN (
          `person`.`sex` = 'F'
        ) THEN 1 ELSE 0 END) OVER (PARTITION BY `person`.`nhs_number`, `person`.`surname`) = 1
      END
    END
  ) AS `ok`
FROM `person` AS `person`
WHERE
  `person`.`row_id` > 0
