"""Splink, on a DuckDB connection of its own: training chances, and scoring pairs. The one file that imports it.

Splink's own messages are silenced: some of them quote what they read.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, block_on

from dq.people.levels import COMPARISONS, KEYS, Comparison
from dq.people.model import Chance, Model, rounded

SAMPLED = 1_000_000
"""Pairs of strangers that `u` is counted over."""
ENOUGH = 100
"""Pairs that share a number, from which on numbers alone show what two records of one person look like."""
BELIEF = 200
"""How many pairs the starting values count for, against the pairs that an extract is thought to hold."""
FOUND_SHARE = 0.7
"""Share of all pairs that agree on a number, or on name and date of birth, exactly."""
FEWEST = 0.005
"""Pairs a record that are expected at least."""
SLACK = 50
"""Hundredths below the limit at which Splink's sums of fractions may still be whole weights above it."""


def score(connection: duckdb.DuckDBPyConnection, model: Model, least: int) -> list[tuple[int, int, dict[str, str | None]]]:
    """Pairs of ``person_record`` near or above `least` (hundredths): both numbers, and the level of each comparison.

    The level is None where the two could not be compared. In the order of the numbers.
    """
    with _silent():
        linker = _linker(connection, model)
        found = linker.inference.predict(threshold_match_weight=(least - SLACK) / 100)
        columns = ", ".join(f'"gamma_{name}"' for name in COMPARISONS)
        rows = connection.execute(
            f"SELECT number_l, number_r, {columns} FROM {found.physical_name} ORDER BY number_l, number_r"
        ).fetchall()
    return [(left, right, _levels(places)) for left, right, *places in rows]


def _levels(places: Sequence[int]) -> dict[str, str | None]:
    """Splink counts levels from 0, the worst, upwards; -1 is blank."""
    named: dict[str, str | None] = {}
    for comparison, place in zip(COMPARISONS.values(), places, strict=True):
        named[comparison.name] = comparison.levels[len(comparison.levels) - 1 - place].name if place >= 0 else None
    return named


def train(connection: duckdb.DuckDBPyConnection, begin: Model, seed: int) -> tuple[Model, Mapping[str, Any]]:
    """Learn chances from ``person_record``, leaning on `begin` where there is little to learn from.

    `u` is counted over pairs taken at random; `m` is estimated by expectation maximisation over pairs that agree on a
    number, or on a forename with the surname or the date of birth. Blocks in which twins would stand are used only where
    an extract has no numbers. Returns the model and what it was learnt from, in counts.
    """
    records = _count(connection, "SELECT count(*) FROM person_record")
    every = records * (records - 1) / 2
    sure = _count(connection, _SURE)
    pairs = max(sure / FOUND_SHARE, FEWEST * records)
    prior = min(max(pairs / every, 1e-9), 0.5) if every else begin.prior
    numbered = [name for name in ("nhs_number", "upn") if _count(connection, _pairs_on(name)) >= ENOUGH]
    blocks = [("forename", "surname"), ("born", "forename"), *((name,) for name in numbered)]
    blocks += [] if numbered else [("born", "postcode")]
    used = [block for block in blocks if _count(connection, _pairs_on(*block))]
    with _silent():
        linker = _linker(connection, Model(prior, begin.chances))
        if records > 1:
            linker.training.estimate_u_using_random_sampling(SAMPLED + 1, seed=seed, min_count_per_level=None, num_chunks=1)
        for block in used:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))
    trained = {each.output_column_name: each for each in linker._settings_obj.core_model_settings.comparisons}
    sampled = min(every, SAMPLED)
    chances = {
        name: _leaning(comparison, begin.chances[name], trained[name], pairs, sampled) for name, comparison in COMPARISONS.items()
    }
    learnt = {"records": records, "pairs_expected": round(pairs), "agreed_on": [" and ".join(block) for block in used]}
    return Model(rounded(prior), chances, learnt), learnt


def _leaning(comparison: Comparison, begin: Mapping[str, Chance], trained: Any, pairs: float, sampled: float) -> dict[str, Chance]:
    """Chances between those of the start and those learnt, by how much there was to learn from."""
    learnt = [each for each in trained.comparison_levels if not each.is_null_level]
    result = {}
    for level, each in zip(comparison.levels, learnt, strict=True):
        first = begin[level.name]
        m, u = _number(each.m_probability, first.m), _number(each.u_probability, first.u)
        u = (sampled * u + BELIEF * first.u) / (sampled + BELIEF) if comparison.learns_u else first.u
        result[level.name] = Chance(rounded((pairs * m + BELIEF * first.m) / (pairs + BELIEF)), rounded(u))
    return result


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and 0 < value < 1 else otherwise


def _linker(connection: duckdb.DuckDBPyConnection, model: Model) -> Linker:
    settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "number",
        "probability_two_random_records_match": model.prior,
        "retain_matching_columns": True,
        "blocking_rules_to_generate_predictions": [block_on(key) for key in KEYS],
        "comparisons": [_comparison(each, model.chances[each.name]) for each in COMPARISONS.values()],
        "linker_uid": "people",
    }
    return Linker(DuckDBAPI(connection).register("person_record"), settings, log_level=None)


def _comparison(comparison: Comparison, chances: Mapping[str, Chance]) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.blank, "label_for_charts": "blank", "is_null_level": True},
        *(
            {
                "sql_condition": level.sql,
                "label_for_charts": level.name,
                "m_probability": chances[level.name].m,
                "u_probability": chances[level.name].u,
                "fix_u_probability": not comparison.learns_u,
            }
            for level in comparison.levels
        ),
    ]
    return {"output_column_name": comparison.name, "comparison_levels": levels}


_SURE = """
SELECT count(*) FROM (
  SELECT l.number, r.number FROM person_record AS l JOIN person_record AS r
    ON l.name_key = r.name_key AND l.born = r.born AND l.number < r.number
  UNION
  SELECT l.number, r.number FROM person_record AS l JOIN person_record AS r
    ON l.nhs_number = r.nhs_number AND l.number < r.number
  UNION
  SELECT l.number, r.number FROM person_record AS l JOIN person_record AS r
    ON l.upn = r.upn AND l.number < r.number)
"""


def _pairs_on(*columns: str) -> str:
    """How many pairs agree on these columns."""
    filled = " AND ".join(f"{name} IS NOT NULL" for name in columns)
    groups = f"SELECT count(*) AS n FROM person_record WHERE {filled} GROUP BY {', '.join(columns)}"
    return f"SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM ({groups})"


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])


@contextmanager
def _silent() -> Iterator[None]:
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
