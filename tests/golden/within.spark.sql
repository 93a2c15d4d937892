SELECT
  `plan`.`row_id` AS `row_id`,
  (
    CASE
      WHEN (
        `plan`.`raw__end_date` IS NULL OR NOT `plan`.`end_date` IS NULL
      )
      THEN (
        (
          SELECT
            MAX(dq_calendar.working_days)
          FROM dq_calendar
          WHERE
            dq_calendar.day = CAST(COALESCE(`plan`.`end_date`, CAST('2026-11-02' AS DATE)) AS DATE)
        ) - (
          SELECT
            MAX(dq_calendar.working_days)
          FROM dq_calendar
          WHERE
            dq_calendar.day = CAST(`plan`.`start_date` AS DATE)
        )
      ) <= 20
    END
  ) AS `ok`
FROM `plan` AS `plan`
WHERE
  `plan`.`row_id` > 0
