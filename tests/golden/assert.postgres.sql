SELECT
  "person"."row_id" AS "row_id",
  (
    "person"."surname" COLLATE "C" < 'M'
    AND CAST(FLOOR(
      CAST((
        (
          CAST(EXTRACT(YEAR FROM CAST('2026-11-02' AS DATE)) AS BIGINT) - CAST(EXTRACT(YEAR FROM CAST("person"."date_of_birth" AS DATE)) AS BIGINT)
        ) * 12 + CAST(EXTRACT(MONTH FROM CAST('2026-11-02' AS DATE)) AS BIGINT) - CAST(EXTRACT(MONTH FROM CAST("person"."date_of_birth" AS DATE)) AS BIGINT) - CASE
          WHEN CAST(EXTRACT(DAY FROM CAST('2026-11-02' AS DATE)) AS BIGINT) < CAST(EXTRACT(DAY FROM CAST("person"."date_of_birth" AS DATE)) AS BIGINT)
          AND CAST(EXTRACT(DAY FROM CAST((
            CAST('2026-11-02' AS DATE) + CAST(1 AS INT)
          ) AS DATE)) AS BIGINT) <> 1
          THEN 1
          ELSE 0
        END
      ) AS DOUBLE PRECISION) / 12.0
    ) AS BIGINT) < 18
    AND NOT (
      "person"."upn" ~ '^T'
    )
  ) AS "ok"
FROM "person" AS "person"
WHERE
  "person"."row_id" > 0
