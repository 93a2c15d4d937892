"""What `dq.lifecycle` says, in SQL that SQLite and PostgreSQL both take: a few statements for all exceptions at once.

A run lays what it saw into ``dq_seen`` (the columns of `SEEN_COLUMNS`), a row for each exception found. ``dq_apart`` gets those
of them that do not stand so already, and the exceptions not found that were not cleared; for these ``dq_missing`` says where
their records are. From both and from the rules of the run, ``dq_move`` gets a row for each exception whose standing changes.
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

BASIS = """
UPDATE dq_rule SET basis = coalesce((
  SELECT p.fingerprint FROM dq_rule AS p
  WHERE p.rule = dq_rule.rule AND p.run_id < dq_rule.run_id AND p.ran ORDER BY p.run_id DESC LIMIT 1), '')
WHERE run_id = %(run)s
"""

WORD = "CASE WHEN f.evidence IN ('left extract', 'rule changed', 'not checked') THEN f.evidence ELSE f.state END"

_STANDING = ("state", "evidence", "why", "team", "worker", "severity", "fingerprint")
_RECORD = ("id", "rule", "table_name", "key", "about")

_PAIR = f"""
SELECT s.id AS seen, f.id AS known, {", ".join(f"coalesce(s.{name}, f.{name}) AS {name}" for name in _RECORD)},
       s.team, s.worker, s.severity, {", ".join(f"f.{name} AS {name}_before" for name in _STANDING)}
"""
_ALONE = f"""
SELECT NULL, f.id, {", ".join(f"f.{name}" for name in _RECORD)}, NULL, NULL, NULL, {", ".join(f"f.{name}" for name in _STANDING)}
"""
"""The same where nothing was seen; SQLite reads as little of what was seen as it can."""
_RULE = "LEFT JOIN dq_rule AS r ON r.run_id = %(run)s AND r.rule = s.rule"
_DIFFERS = """
(f.id IS NULL OR f.state <> 'open' OR f.evidence <> 'found' OR f.team <> s.team OR f.worker <> s.worker
 OR f.severity <> s.severity OR f.fingerprint <> r.fingerprint)
"""
_UNSEEN = "(s.id IS NULL AND f.state <> 'cleared')"

APART = {
    "postgresql": f"""
    CREATE TEMPORARY TABLE dq_apart AS {_PAIR}
    FROM dq_seen AS s FULL JOIN dq_finding AS f ON f.id = s.id {_RULE}
    WHERE (s.id IS NOT NULL AND {_DIFFERS}) OR {_UNSEEN}
    """,
    "sqlite": f"""
    CREATE TEMPORARY TABLE dq_apart AS {_PAIR} FROM dq_seen AS s {_RULE} LEFT JOIN dq_finding AS f ON f.id = s.id WHERE {_DIFFERS}
    UNION ALL {_ALONE} FROM dq_finding AS f LEFT JOIN dq_seen AS s ON s.id = f.id WHERE {_UNSEEN}
    """,
}
"""What was found and what stood before, where the two differ; in one pass where the database can (SQLite from 3.39 on only).

The rules are joined from the left although each exception has one: so SQLite begins with the exceptions, not with the rules.
"""

FOLLOWED = f"SELECT {', '.join(_RECORD)} FROM dq_apart WHERE seen IS NULL"
"""Exceptions that the run did not find and that are not cleared: what became of their records?"""

_WORD = WORD.replace("f.evidence", "a.evidence_before").replace("f.state", "a.state_before")

MOVES = f"""
CREATE TEMPORARY TABLE dq_move AS
WITH found AS (
  SELECT a.id, a.known IS NULL AS fresh, CASE WHEN a.known IS NULL THEN '' ELSE {_WORD} END AS was,
         CASE WHEN a.known IS NULL THEN 'new' WHEN a.state_before = 'cleared' THEN 'reopened' ELSE 'open' END AS state,
         'found' AS evidence,
         CASE WHEN a.evidence_before = 'found' THEN a.why_before
              WHEN a.known IS NULL AND (%(first)s OR r.basis = r.fingerprint) THEN 'data'
              WHEN a.fingerprint_before = r.fingerprint THEN 'data'
              ELSE 'rule' END AS why,
         CASE WHEN a.known IS NULL OR a.state_before = 'cleared' THEN ''
              WHEN a.team_before <> a.team THEN 'handed over from ' || a.team_before || ' to ' || a.team
              WHEN a.worker_before = a.worker THEN ''
              WHEN a.worker_before = '' THEN 'given to a worker in ' || a.team
              WHEN a.worker = '' THEN 'left without a worker in ' || a.team
              ELSE 'handed over within ' || a.team END AS note,
         a.team, a.worker, a.severity, r.fingerprint
  FROM dq_apart AS a
  LEFT JOIN dq_rule AS r ON r.run_id = %(run)s AND r.rule = a.rule
  WHERE a.seen IS NOT NULL
), weighed AS (
  SELECT a.id, {_WORD} AS was, a.state_before AS state, a.evidence_before, a.why_before, a.team_before AS team,
         a.worker_before AS worker, a.severity_before AS severity, a.fingerprint_before AS fingerprint,
         CASE WHEN m.presence = 'gone' THEN 'left extract'
              WHEN m.presence = 'unknown' OR r.rule IS NULL OR NOT r.ran THEN 'not checked'
              WHEN r.fingerprint <> a.fingerprint_before THEN 'rule changed'
              ELSE 'passed' END AS evidence,
         CASE WHEN m.presence IN ('gone', 'unknown') THEN 'data'
              WHEN r.rule IS NULL OR NOT r.ran OR r.fingerprint <> a.fingerprint_before THEN 'rule'
              ELSE 'data' END AS why
  FROM dq_missing AS m
  JOIN dq_apart AS a ON a.id = m.id
  LEFT JOIN dq_rule AS r ON r.run_id = %(run)s AND r.rule = a.rule
)
SELECT id, fresh, was, note, state, evidence, why, team, worker, severity, fingerprint FROM found
UNION ALL
SELECT id, %(no)s, was, '', CASE WHEN evidence = 'passed' THEN 'cleared' ELSE state END, evidence, why, team, worker, severity,
       fingerprint
FROM weighed
WHERE evidence <> evidence_before OR why <> why_before
"""

APPLY = (
    f"""
    INSERT INTO dq_finding (id, rule, table_name, key, about, first_run_id, {", ".join(_STANDING)})
    SELECT a.id, a.rule, a.table_name, a.key, a.about, %(run)s, {", ".join(f"m.{word}" for word in _STANDING)}
    FROM dq_move AS m JOIN dq_apart AS a ON a.id = m.id WHERE m.fresh
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
SELECT e.finding_id AS id, f.rule, f.table_name, e.became, e.why, e.team, e.worker, e.severity FROM dq_event AS e
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

CHANGED = f"""
WITH a AS ({_AT.format(run="%(later)s")}), b AS ({_AT.format(run="%(earlier)s")}),
     a_waived AS ({covered("%(later_day)s", "a")}), b_waived AS ({covered("%(earlier_day)s", "b")})
SELECT coalesce(b.team, '') AS from_team, a.team, a.severity, coalesce(b.became, '') AS was, a.became, a.why,
       CASE WHEN y.id IS NULL THEN 0 ELSE 1 END AS before_waived, CASE WHEN x.id IS NULL THEN 0 ELSE 1 END AS after_waived, count(*)
FROM a LEFT JOIN b ON b.id = a.id LEFT JOIN a_waived AS x ON x.id = a.id LEFT JOIN b_waived AS y ON y.id = a.id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
"""The same by severity and without rule and worker: what digests are made from."""
