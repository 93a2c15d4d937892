SELECT
  "person"."row_id" AS "row_id",
  (
    NOT EXISTS(
      SELECT
        1
      FROM (
        SELECT
          "p"."row_id" AS "row_id"
        FROM "person" AS "p"
        JOIN "plan" AS "q"
          ON "q"."person_id" = "p"."person_id"
        WHERE
          "q"."end_date" < "q"."start_date"
      ) AS failing
      WHERE
        "failing"."row_id" = "person"."row_id"
    )
  ) AS "ok"
FROM "person" AS "person"
WHERE
  "person"."row_id" > 0
