SELECT
  "person"."row_id" AS "row_id",
  (
    NOT "person"."surname" IS NULL AND NOT "person"."raw__date_of_birth" IS NULL
  ) AS "ok"
FROM "person" AS "person"
WHERE
  "person"."row_id" > 0
