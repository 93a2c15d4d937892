SELECT
  `person`.`row_id` AS `row_id`,
  (
    CASE
      WHEN EXISTS(
        SELECT
          1 AS `column_1`
        FROM `previous`.`person` AS `before`
        WHERE
          `before`.`person_id` = `person`.`person_id`
          AND NOT `before`.`date_of_birth` IS NULL
      )
      THEN NOT EXISTS(
        SELECT
          1 AS `column_1`
        FROM `previous`.`person` AS `before`
        WHERE
          `before`.`person_id` = `person`.`person_id`
          AND NOT `before`.`date_of_birth` IS NULL
          AND `before`.`date_of_birth` IS DISTINCT FROM `person`.`date_of_birth`
      )
    END
  ) AS `ok`
FROM `person` AS `person`
WHERE
  `person`.`row_id` > 0
