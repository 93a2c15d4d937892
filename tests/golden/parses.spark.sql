SELECT
  `person`.`row_id` AS `row_id`,
  (
    CASE
      WHEN NOT `person`.`raw__date_of_birth` IS NULL OR NOT `person`.`raw__siblings` IS NULL
      THEN (
        `person`.`raw__date_of_birth` IS NULL OR NOT `person`.`date_of_birth` IS NULL
      )
      AND (
        `person`.`raw__siblings` IS NULL OR NOT `person`.`siblings` IS NULL
      )
    END
  ) AS `ok`
FROM `person` AS `person`
WHERE
  `person`.`row_id` > 0
