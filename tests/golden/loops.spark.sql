WITH RECURSIVE walk(start, here) AS (
  SELECT
    `first`.`row_id` AS start,
    `first`.`mother_id` AS here
  FROM `person` AS first
  WHERE
    NOT `first`.`mother_id` IS NULL
  UNION
  SELECT
    `walk`.`start`,
    `next`.`mother_id`
  FROM walk
  JOIN `person` AS next
    ON `next`.`person_id` = `walk`.`here`
  WHERE
    NOT `next`.`mother_id` IS NULL
)
SELECT
  `person`.`row_id` AS `row_id`,
  (
    CASE
      WHEN NOT `person`.`mother_id` IS NULL
      THEN NOT EXISTS(
        SELECT
          1
        FROM (
          SELECT DISTINCT
            `self`.`row_id` AS row_id
          FROM `person` AS self
          JOIN walk
            ON `walk`.`start` = `self`.`row_id` AND `walk`.`here` = `self`.`person_id`
        ) AS failing
        WHERE
          `failing`.`row_id` = `person`.`row_id`
      )
    END
  ) AS `ok`
FROM `person` AS `person`
WHERE
  `person`.`row_id` > 0
