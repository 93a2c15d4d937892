SELECT
  `person`.`row_id` AS `row_id`,
  (
    LENGTH(`person`.`surname`) <= 10
    AND (
      `person`.`surname` RLIKE '^[\\x{20}-~\\x{a0}-\\x{ff}\\t\\r\\n]*\\z'
    )
  ) AS `ok`
FROM `person` AS `person`
WHERE
  `person`.`row_id` > 0
