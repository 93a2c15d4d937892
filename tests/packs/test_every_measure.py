"""Every figure of every measure on the sample, for every unit of every level, as packs print them, worked out again in pandas."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import again_people  # noqa: F401  both fill AGAIN
import again_work  # noqa: F401
import pandas as pd
import pytest
from again import AGAIN, Tables, part, per_worker

from dq import pack, request, run
from dq.run import Run
from dq.summary import MeasureFigure

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "carefirst"
COLUMNS = {"team": "team", "service": "service", "head": "head_of_service", "director": "director"}
MEASURES = [each.id for each in pack.load("casework").measures]


@pytest.fixture(scope="module")
def sample() -> Iterator[Run]:
    """The newest extract of the sample with one rule; measures are counted whichever rules are chosen."""
    with run.execute(request.of_path(SAMPLE, select=["PER-001"])) as finished:
        yield finished


@pytest.fixture(scope="module")
def tables(sample: Run) -> Tables:
    @cache
    def kept(name: str) -> pd.DataFrame:
        query = f'select t.*, r.team, r.worker from "{name}" as t join dq_route."{name}" as r using (row_id)'
        frame = sample.connection.sql(query).df()
        for column in frame.columns:
            if (column.endswith("_date") or column == "date_of_birth") and not column.startswith("raw__"):
                frame[column] = pd.to_datetime(frame[column])
        return frame

    return lambda name: kept(name).copy()


@pytest.fixture(scope="module")
def above() -> dict[str, dict[str, str]]:
    """Of each level the unit of each team; what stands for no team stands for itself at every level."""
    staff = pd.read_csv(SAMPLE / "teams.csv")
    return {level: dict(zip(staff["team"], staff[column], strict=True)) for level, column in COLUMNS.items()}


def test_none_is_left_out() -> None:
    assert sorted(AGAIN) == sorted(MEASURES)


@pytest.mark.parametrize("measure", MEASURES)
def test_all_its_figures(sample: Run, tables: Tables, above: dict[str, dict[str, str]], measure: str) -> None:
    [row] = [each for each in sample.summary.key_figures if each.measure == measure]
    records = AGAIN[measure](tables)
    for word, shape in row.shapes.items():
        chosen = part(records, word)
        for level in ("whole", *COLUMNS):
            units = chosen["team"].map(lambda team, level=level: above[level].get(team, team) if level != "whole" else "")
            figures = {each.unit: each for each in row.figures if (each.part, each.level) == (word, level)}
            counted_units = set(units) if shape not in ("average", "maximum") else set()
            assert counted_units <= set(figures), (measure, word, level)
            for unit, figure in figures.items():
                compare(figure, shape, chosen[units == unit], (measure, word, level, unit))


def compare(figure: MeasureFigure, shape: str, rows: pd.DataFrame, where: object) -> None:
    ok = rows["ok"]
    if shape in ("average", "maximum"):
        held = per_worker(rows)
        if shape == "average":
            assert (figure.counted, figure.of) == (held.sum(), len(held)), where
            assert figure.value == (pytest.approx(held.mean()) if len(held) else None), where
        else:
            assert (figure.value or 0) == (held.max() if len(held) else 0), where
        return
    yes = int((ok == True).sum())  # noqa: E712  NaN is neither
    if shape == "count":
        assert (figure.counted, figure.value) == (yes, yes), where
        return
    found = (figure.counted, figure.of, figure.not_assessed)
    assert found == (yes, int(ok.notna().sum()), int(ok.isna().sum())), where
    assert figure.value == (pytest.approx(yes / ok.notna().sum()) if ok.notna().any() else None), where
