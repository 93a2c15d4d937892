SELECT
  "person"."row_id" AS "row_id",
  (
    "person"."upn" ~ '^([A-Z][0-9]{12}|T[^\n]*)$'
  ) AS "ok"
FROM "person" AS "person"
WHERE
  "person"."row_id" > 0
