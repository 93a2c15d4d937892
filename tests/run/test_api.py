"""dq.check for pandas users."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pandas as pd
import pytest
from run_project import PACK, TABLES

import dq
from dq.errors import DqError
from dq.model import EXCEPTION_COLUMNS, RULE_COLUMNS


def text_frames() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(StringIO(text), dtype="string") for name, text in TABLES.items()}


def typed_frames() -> dict[str, pd.DataFrame]:
    frames = text_frames()
    for frame in frames.values():
        for column in frame.columns:
            if column.endswith("_date") or column == "seen_at":
                frame[column] = pd.to_datetime(frame[column])
    frames["person"]["score"] = frames["person"]["score"].astype("Int64")
    frames["person"]["weight"] = frames["person"]["weight"].astype(float)
    return frames


def keys(result: dq.Result) -> list[tuple[str, ...]]:
    columns = ["id", "rule", "table", "key"]
    return sorted(tuple(map(str, row)) for row in result.exceptions[columns].itertuples(index=False))


def test_frames_of_text_and_of_real_types_give_the_same() -> None:
    as_text = dq.check(text_frames(), pack=str(PACK), as_of="2026-11-02")
    as_types = dq.check(typed_frames(), pack=str(PACK), as_of=dt.date(2026, 11, 2))
    assert keys(as_text) == keys(as_types) and len(as_text.exceptions) == 7
    assert as_text.exceptions["source_row"].tolist() == as_types.exceptions["source_row"].tolist()


def test_results_have_the_columns_of_the_files() -> None:
    result = dq.check(text_frames(), pack=str(PACK), as_of="2026-11-02")
    assert tuple(result.exceptions.columns) == EXCEPTION_COLUMNS
    assert tuple(result.rules.columns) == RULE_COLUMNS
    assert result.readiness.loc[0, ["open_children", "ready_children"]].tolist() == [3, 2]
    assert result.rules["seconds"].notna().any()


def test_source_row_is_the_position_plus_two() -> None:
    result = dq.check(text_frames(), pack=str(PACK), select=["S-01"], as_of="2026-11-02")
    row = result.exceptions[result.exceptions["rule"] == "S-01"].iloc[0]
    assert row["key"] == "B" and row["source_row"] == 3


def test_a_missing_column_is_null_and_a_missing_table_absent() -> None:
    frames = text_frames()
    frames["person"] = frames["person"].drop(columns=["surname"])
    del frames["plan"]
    result = dq.check(frames, pack=str(PACK), as_of="2026-11-02")
    failing = result.exceptions.loc[result.exceptions["rule"] == "S-01", "key"]
    assert sorted(failing) == ["A", "B", "C", "D"]
    status = result.rules.set_index("rule")["status"]
    assert status["S-03"] == "not_evaluated"


def test_previous_frames_are_compared_with() -> None:
    before = text_frames()
    before["person"]["date_of_birth"] = "2001-01-01"
    result = dq.check(text_frames(), pack=str(PACK), previous=before, select=["S-06"], as_of="2026-11-02")
    changed = result.exceptions.loc[result.exceptions["rule"] == "S-06", "key"]
    assert sorted(changed) == ["A", "B", "C", "D"]


def test_a_folder_works_like_frames(project) -> None:  # type: ignore[no-untyped-def]
    from_files = dq.check(project)
    from_frames = dq.check(text_frames(), pack=str(PACK), as_of="2026-11-02")
    only_files = {key for key in keys(from_files) if key[1] != "S-06"}
    assert only_files == set(keys(from_frames))


@pytest.mark.parametrize(
    ("frames", "options", "words"),
    [
        ({"persons": pd.DataFrame()}, {"pack": str(PACK)}, "Did you mean 'person'?"),
        ({"person": pd.DataFrame()}, {}, "needs pack"),
        ({"person": pd.DataFrame()}, {"pack": str(PACK), "as_of": "2/11/2026"}, "dates like"),
        ({"person": pd.DataFrame()}, {"pack": str(PACK), "settings": {"x": 1}}, "no such setting"),
    ],
)
def test_wrong_use_is_told(frames: dict[str, pd.DataFrame], options: dict[str, object], words: str) -> None:
    with pytest.raises(DqError, match=words.replace("?", r"\?")):
        dq.check(frames, **options)  # type: ignore[arg-type]
