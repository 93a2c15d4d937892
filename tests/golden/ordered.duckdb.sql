SELECT
  "plan"."row_id" AS "row_id",
  (
    "plan"."start_date" <= "plan"."end_date"
  ) AS "ok"
FROM "plan" AS "plan"
WHERE
  "plan"."row_id" > 0
