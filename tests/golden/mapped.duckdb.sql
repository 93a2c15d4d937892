SELECT
  "person"."row_id" AS "row_id",
  (
    CASE WHEN "person"."sex" IN ('M', 'F', 'U') THEN "person"."sex" IN ('M', 'F') END
  ) AS "ok"
FROM "person" AS "person"
WHERE
  "person"."row_id" > 0
