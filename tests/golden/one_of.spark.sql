SELECT
  `plan`.`row_id` AS `row_id`,
  (
    CASE
      WHEN NOT `plan`.`status` IS NULL
      THEN `plan`.`status` IN ('C1')
      OR (
        `plan`.`status` IN ('C2')
        AND (
          `plan`.`start_date` IS NULL OR `plan`.`start_date` >= CAST('2000-02-29' AS DATE)
        )
      )
      OR (
        `plan`.`status` IN ('OLD')
        AND (
          `plan`.`start_date` IS NULL OR `plan`.`start_date` >= CAST('1990-01-01' AS DATE)
        )
        AND (
          `plan`.`start_date` IS NULL OR `plan`.`start_date` <= CAST('2016-03-31' AS DATE)
        )
      )
    END
  ) AS `ok`
FROM `plan` AS `plan`
WHERE
  `plan`.`row_id` > 0
