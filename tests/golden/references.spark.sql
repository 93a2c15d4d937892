SELECT
  `visit`.`row_id` AS `row_id`,
  (
    CASE
      WHEN NOT `visit`.`plan_id` IS NULL
      THEN EXISTS(
        SELECT
          1 AS `column_1`
        FROM `plan` AS `linked`
        WHERE
          `linked`.`plan_id` = `visit`.`plan_id` AND (
            `linked`.`end_date` IS NULL
          )
      )
    END
  ) AS `ok`
FROM `visit` AS `visit`
WHERE
  `visit`.`row_id` > 0
