SELECT
  "person"."row_id" AS "row_id",
  (
    LENGTH("person"."surname") <= 10
    AND (
      "person"."surname" ~ '^[\u0020-~\u00a0-\u00ff\t\r\n]*$'
    )
  ) AS "ok"
FROM "person" AS "person"
WHERE
  "person"."row_id" > 0
