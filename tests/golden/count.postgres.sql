SELECT
  "plan"."row_id" AS "row_id",
  (
    CASE
      WHEN NOT "plan"."plan_id" IS NULL
      THEN (
        SELECT
          COUNT(*) AS "column_1"
        FROM "visit" AS "counted"
        WHERE
          "counted"."plan_id" = "plan"."plan_id"
          AND (
            "counted"."visit_date" > CAST('2026-01-01' AS DATE)
          )
      ) >= 1
      AND (
        SELECT
          COUNT(*) AS "column_1"
        FROM "visit" AS "counted"
        WHERE
          "counted"."plan_id" = "plan"."plan_id"
          AND (
            "counted"."visit_date" > CAST('2026-01-01' AS DATE)
          )
      ) <= 20
    END
  ) AS "ok"
FROM "plan" AS "plan"
WHERE
  "plan"."row_id" > 0
