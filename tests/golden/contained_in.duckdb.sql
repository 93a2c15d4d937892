SELECT
  "visit"."row_id" AS "row_id",
  (
    CASE
      WHEN NOT "visit"."began" IS NULL
      AND (
        "visit"."raw__ended" IS NULL OR NOT "visit"."ended" IS NULL
      )
      AND EXISTS(
        SELECT
          1 AS "column_1"
        FROM "plan" AS "inside"
        WHERE
          "inside"."plan_id" = "visit"."plan_id" AND NOT "inside"."start_date" IS NULL
      )
      THEN EXISTS(
        SELECT
          1 AS "column_1"
        FROM "plan" AS "inside"
        WHERE
          "inside"."plan_id" = "visit"."plan_id"
          AND (
            "inside"."start_date" <= "visit"."began"
            AND COALESCE("inside"."end_date", CAST('9999-12-31' AS DATE)) >= COALESCE("visit"."ended", CAST('9999-12-31' AS DATE))
          )
      )
    END
  ) AS "ok"
FROM "visit" AS "visit"
WHERE
  "visit"."row_id" > 0
