SELECT
  `plan`.`row_id` AS `row_id`,
  (
    CASE
      WHEN NOT `plan`.`start_date` IS NULL AND NOT `plan`.`person_id` IS NULL
      THEN `plan`.`start_date` <= CASE
        WHEN MAX(
          CASE
            WHEN NOT `plan`.`start_date` IS NULL
            THEN COALESCE(`plan`.`end_date`, CAST('9999-12-31' AS DATE))
          END
        ) OVER (
          PARTITION BY `plan`.`person_id`
          ORDER BY `plan`.`start_date` ASC NULLS LAST, `plan`.`end_date` ASC NULLS LAST, `plan`.`plan_id` ASC NULLS LAST, `plan`.`row_hash` ASC NULLS LAST
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) = CAST('9999-12-31' AS DATE)
        THEN CAST('9999-12-31' AS DATE)
        ELSE DATE_ADD(
          CAST(MAX(
            CASE
              WHEN NOT `plan`.`start_date` IS NULL
              THEN COALESCE(`plan`.`end_date`, CAST('9999-12-31' AS DATE))
            END
          ) OVER (
            PARTITION BY `plan`.`person_id`
            ORDER BY `plan`.`start_date` ASC NULLS LAST, `plan`.`end_date` ASC NULLS LAST, `plan`.`plan_id` ASC NULLS LAST, `plan`.`row_hash` ASC NULLS LAST
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS DATE),
          CAST(1 AS INT)
        )
      END
    END
  ) AS `ok`
FROM `plan` AS `plan`
WHERE
  `plan`.`row_id` > 0
