SELECT
  "plan"."row_id" AS "row_id",
  (
    CASE
      WHEN NOT "plan"."start_date" IS NULL AND NOT "plan"."person_id" IS NULL
      THEN MAX(
        CASE
          WHEN NOT "plan"."start_date" IS NULL
          AND (
            "plan"."raw__end_date" IS NULL OR NOT "plan"."end_date" IS NULL
          )
          THEN COALESCE("plan"."end_date", CAST('9999-12-31' AS DATE))
        END
      ) OVER (
        PARTITION BY "plan"."person_id"
        ORDER BY "plan"."start_date" ASC, "plan"."end_date" ASC, "plan"."plan_id" ASC, "plan"."row_hash" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) IS NULL
      OR "plan"."start_date" >= MAX(
        CASE
          WHEN NOT "plan"."start_date" IS NULL
          AND (
            "plan"."raw__end_date" IS NULL OR NOT "plan"."end_date" IS NULL
          )
          THEN COALESCE("plan"."end_date", CAST('9999-12-31' AS DATE))
        END
      ) OVER (
        PARTITION BY "plan"."person_id"
        ORDER BY "plan"."start_date" ASC, "plan"."end_date" ASC, "plan"."plan_id" ASC, "plan"."row_hash" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      )
    END
  ) AS "ok"
FROM "plan" AS "plan"
WHERE
  "plan"."row_id" > 0
