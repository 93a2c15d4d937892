"""What people have decided, in SQL that SQLite and PostgreSQL both take: the last word on each exception, and waivers in force."""

from __future__ import annotations

LAST = """
SELECT d.finding, d.became FROM dq_decision AS d
JOIN (SELECT max(id) AS id FROM dq_decision WHERE aspect = '{aspect}' GROUP BY finding) AS l ON l.id = d.id
"""
"""The last decision about each exception in one aspect: `assigned`, `disposition` or `disputed`."""


def last(aspect: str) -> str:
    """`LAST` for one aspect; a word of ours, never what a user gave."""
    return LAST.format(aspect=aspect)


HELD = """
SELECT w.id, w.finding, w.rule, w.table_name, w.team, w.until FROM dq_waiver AS w
WHERE w.since <= {day} AND {day} <= w.until AND (w.withdrawn IS NULL OR {day} < w.withdrawn)
"""

COVERED = f"""
SELECT c.id, max(c.until) AS until FROM (
  SELECT f.id, w.until FROM ({HELD}) AS w JOIN {{standing}} AS f ON f.id = w.finding
  UNION ALL
  SELECT f.id, w.until FROM ({HELD}) AS w JOIN {{standing}} AS f
    ON f.rule = w.rule AND (w.table_name = '' OR w.table_name = f.table_name) AND (w.team = '' OR w.team = f.team)
  WHERE w.finding = ''
) AS c GROUP BY c.id
"""


def covered(day: str, standing: str = "dq_finding") -> str:
    """The exceptions that a waiver covers on a day, each with the last day of the longest: `dq.dispositions.waiver_of` for all.

    `day` is the place of a named parameter, for it stands in the query more than once; `standing` is a table or a common table
    expression with id, rule, table_name and team.
    """
    return COVERED.format(day=day, standing=standing)
