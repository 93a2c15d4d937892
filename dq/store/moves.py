"""What `dq.lifecycle` says, in SQL that SQLite and PostgreSQL both take: a few statements for all exceptions at once.

A run lays what it saw into two tables of its own: ``dq_seen`` (the columns of `SEEN_COLUMNS`), a row for each exception found,
and ``dq_missing`` (id, presence), a row for each exception not found that was not cleared. From them and from the rules of the
run, ``dq_move`` gets a row for each exception whose standing changes.
"""

from __future__ import annotations

from dq.store.agreed import covered

SEEN = """
CREATE TEMPORARY TABLE dq_seen (
  id VARCHAR(12), rule TEXT, table_name TEXT, key TEXT, about TEXT, team TEXT, worker TEXT, severity TEXT)
"""
SEEN_COLUMNS = ("id", "rule", "table_name", "key", "about", "team", "worker", "severity")

MISSING = "CREATE TEMPORARY TABLE dq_missing (id VARCHAR(12), presence TEXT)"
MISSING_COLUMNS = ("id", "presence")

FOLLOWED = """
SELECT f.id, f.rule, f.table_name, f.key, f.about FROM dq_finding AS f
LEFT JOIN dq_seen AS s ON s.id = f.id
WHERE s.id IS NULL AND f.state <> 'cleared'
"""
"""Exceptions that the run did not find and that are not cleared: what became of their records?"""

BASIS = """
UPDATE dq_rule SET basis = coalesce((
  SELECT p.fingerprint FROM dq_rule AS p
  WHERE p.rule = dq_rule.rule AND p.run_id < dq_rule.run_id AND p.ran ORDER BY p.run_id DESC LIMIT 1), '')
WHERE run_id = %(run)s
"""

WORD = "CASE WHEN f.evidence IN ('left extract', 'rule changed', 'not checked') THEN f.evidence ELSE f.state END"

MOVES = f"""
CREATE TEMPORARY TABLE dq_move AS
WITH found AS (
  SELECT s.id, f.id IS NULL AS fresh, CASE WHEN f.id IS NULL THEN '' ELSE {WORD} END AS was,
         CASE WHEN f.id IS NULL THEN 'new' WHEN f.state = 'cleared' THEN 'reopened' ELSE 'open' END AS state,
         'found' AS evidence,
         CASE WHEN f.evidence = 'found' THEN f.why
              WHEN f.id IS NULL AND (%(first)s OR r.basis = r.fingerprint) THEN 'data'
              WHEN f.fingerprint = r.fingerprint THEN 'data'
              ELSE 'rule' END AS why,
         CASE WHEN f.id IS NULL OR f.state = 'cleared' THEN ''
              WHEN f.team <> s.team THEN 'handed over from ' || f.team || ' to ' || s.team
              WHEN f.worker = s.worker THEN ''
              WHEN f.worker = '' THEN 'given to a worker in ' || s.team
              WHEN s.worker = '' THEN 'left without a worker in ' || s.team
              ELSE 'handed over within ' || s.team END AS note,
         s.team, s.worker, s.severity, r.fingerprint
  FROM dq_seen AS s
  LEFT JOIN dq_rule AS r ON r.run_id = %(run)s AND r.rule = s.rule
  LEFT JOIN dq_finding AS f ON f.id = s.id
  WHERE f.id IS NULL OR f.state <> 'open' OR f.evidence <> 'found' OR f.team <> s.team OR f.worker <> s.worker
     OR f.severity <> s.severity OR f.fingerprint <> r.fingerprint
), weighed AS (
  SELECT f.id, {WORD} AS was, f.state, f.evidence AS evidence_before, f.why AS why_before, f.team, f.worker, f.severity,
         f.fingerprint,
         CASE WHEN m.presence = 'gone' THEN 'left extract'
              WHEN m.presence = 'unknown' OR r.rule IS NULL OR NOT r.ran THEN 'not checked'
              WHEN r.fingerprint <> f.fingerprint THEN 'rule changed'
              ELSE 'passed' END AS evidence,
         CASE WHEN m.presence IN ('gone', 'unknown') THEN 'data'
              WHEN r.rule IS NULL OR NOT r.ran OR r.fingerprint <> f.fingerprint THEN 'rule'
              ELSE 'data' END AS why
  FROM dq_missing AS m
  JOIN dq_finding AS f ON f.id = m.id
  LEFT JOIN dq_rule AS r ON r.run_id = %(run)s AND r.rule = f.rule
)
SELECT id, fresh, was, note, state, evidence, why, team, worker, severity, fingerprint FROM found
UNION ALL
SELECT id, %(no)s, was, '', CASE WHEN evidence = 'passed' THEN 'cleared' ELSE state END, evidence, why, team, worker, severity,
       fingerprint
FROM weighed
WHERE evidence <> evidence_before OR why <> why_before
"""

# The rules are joined from the left although each exception has one: so SQLite begins with the exceptions, not with the rules.

_STANDING = ("state", "evidence", "why", "team", "worker", "severity", "fingerprint")

APPLY = (
    f"""
    INSERT INTO dq_finding (id, rule, table_name, key, about, first_run_id, {", ".join(_STANDING)})
    SELECT s.id, s.rule, s.table_name, s.key, s.about, %(run)s, {", ".join(f"m.{word}" for word in _STANDING)}
    FROM dq_move AS m JOIN dq_seen AS s ON s.id = m.id WHERE m.fresh
    """,
    f"""
    UPDATE dq_finding SET {", ".join(f"{word} = m.{word}" for word in _STANDING)}
    FROM dq_move AS m WHERE m.id = dq_finding.id AND NOT m.fresh
    """,
    """
    UPDATE dq_finding SET key = s.key FROM dq_seen AS s WHERE s.id = dq_finding.id AND dq_finding.key = ''
    """,  # dq purge took it out, and the record is found again
    f"""
    INSERT INTO dq_event (finding_id, run_id, at, who, was, became, note, {", ".join(_STANDING)})
    SELECT m.id, r.number, r.at, r.who, m.was,
           CASE WHEN m.evidence IN ('left extract', 'rule changed', 'not checked') THEN m.evidence ELSE m.state END,
           m.note, {", ".join(f"m.{word}" for word in _STANDING)}
    FROM dq_move AS m CROSS JOIN dq_run AS r WHERE r.number = %(run)s ORDER BY m.id
    """,
)

FORGET = (
    "CREATE TEMPORARY TABLE dq_touched AS SELECT DISTINCT finding_id AS id FROM dq_event WHERE run_id = %(run)s",
    "DELETE FROM dq_event WHERE run_id = %(run)s",
    "DELETE FROM dq_finding WHERE first_run_id = %(run)s",
    f"""
    UPDATE dq_finding SET {", ".join(f"{word} = e.{word}" for word in _STANDING)}
    FROM (SELECT a.* FROM dq_event AS a
          JOIN (SELECT finding_id, max(id) AS id FROM dq_event WHERE finding_id IN (SELECT id FROM dq_touched) GROUP BY finding_id)
               AS l ON l.id = a.id) AS e
    WHERE e.finding_id = dq_finding.id
    """,
    "DELETE FROM dq_rule WHERE run_id = %(run)s",
    "DELETE FROM dq_unit WHERE run_id = %(run)s",
    "DELETE FROM dq_input WHERE run_id = %(run)s",
    "DELETE FROM dq_figure WHERE run_id = %(run)s",
    "DELETE FROM dq_judgement WHERE run_id = %(run)s",
    "DELETE FROM dq_run WHERE number = %(run)s",
    "DROP TABLE dq_touched",
)
"""Takes the latest run back: each exception that it moved stands again where its last event left it."""

_AT = """
SELECT e.finding_id AS id, f.rule, f.table_name, e.became, e.why, e.team, e.worker FROM dq_event AS e
JOIN (SELECT max(id) AS id FROM dq_event WHERE run_id <= {run} GROUP BY finding_id) AS l ON l.id = e.id
JOIN dq_finding AS f ON f.id = e.finding_id
"""
"""Where each exception stood after a run."""

BETWEEN = f"""
WITH a AS ({_AT.format(run="%(later)s")}), b AS ({_AT.format(run="%(earlier)s")}),
     a_waived AS ({covered("%(later_day)s", "a")}), b_waived AS ({covered("%(earlier_day)s", "b")})
SELECT a.rule, a.team, coalesce(b.team, '') AS from_team, CASE WHEN b.worker = a.worker THEN 1 ELSE 0 END AS same_worker, a.why,
       coalesce(b.became, '') AS was, a.became, CASE WHEN y.id IS NULL THEN 0 ELSE 1 END AS before_waived,
       CASE WHEN x.id IS NULL THEN 0 ELSE 1 END AS after_waived, count(*)
FROM a LEFT JOIN b ON b.id = a.id LEFT JOIN a_waived AS x ON x.id = a.id LEFT JOIN b_waived AS y ON y.id = a.id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
"""How many exceptions went from which word and team to which, between two runs, and whether waivers covered them."""
