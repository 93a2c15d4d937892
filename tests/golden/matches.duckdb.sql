SELECT
  "person"."row_id" AS "row_id",
  (
    REGEXP_MATCHES("person"."upn", '^([A-Z]\d{12}|T.*)$')
  ) AS "ok"
FROM "person" AS "person"
WHERE
  "person"."row_id" > 0
