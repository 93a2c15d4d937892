SELECT
  "person"."row_id" AS "row_id",
  (
    LENGTH("person"."surname") <= 10
    AND (
      REGEXP_MATCHES("person"."surname", '^[\x20-\x7e\x{a0}-\x{ff}\t\r\n]*$')
    )
  ) AS "ok"
FROM "person" AS "person"
WHERE
  "person"."row_id" > 0
