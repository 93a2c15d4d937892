"""A year's SSDA903 return as councils upload it, described from nothing."""

from __future__ import annotations

from pathlib import Path

import agreement
import pytest

from dq.lint import lint
from dq.profile import survey
from dq.profile.model import Profile

FILES = Path(__file__).resolve().parents[3] / "shared" / "returns" / "ssda903"


@pytest.fixture(scope="module")
def profile() -> Profile:
    if not FILES.is_dir():
        pytest.fail(f"The return files are missing: put the SSDA903 files into {FILES}.")
    return survey(FILES)


def test_children_are_found_and_everything_links_to_them(profile: Profile) -> None:
    assert profile.person_table == "header" and profile.table("header").key == ("CHILD",)
    several = {table.name for table in profile.tables if table.rows > 1 and table.name != "header"}
    linked = {link.table: (link.to_table, link.to_column) for link in profile.links if link.chosen and link.column == "CHILD"}
    assert linked == dict.fromkeys(several, ("header", "CHILD"))
    assert profile.date_formats == ("%d/%m/%Y",) and profile.unread == ("fake_903.xml",)
    assert profile.table("episodes").key == ("CHILD", "DECOM")
    near = profile.table("reviews").keys[0]
    assert near.columns == ("CHILD", "REVIEW") and near.repeated == 14


def test_types_and_codes(profile: Profile) -> None:
    episodes = profile.table("episodes")
    kinds = {column.name: column.type for column in episodes.columns}
    assert {name for name, kind in kinds.items() if kind == "date"} == {"DECOM", "DEC"}
    assert {name for name, kind in kinds.items() if kind == "code"} == {
        "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "REC", "REASON_PLACE_CHANGE",
    }  # fmt: skip
    assert episodes.column("HOME_POST").kind == "postcode" and profile.table("oc2").column("SDQ_SCORE").type == "integer"
    assert profile.table("oc2").column("CONVICTED").type == "boolean"


def test_the_draft_lints_and_says_what_a_check_finds(profile: Profile, tmp_path: Path) -> None:
    wrong, failing = agreement.differences(profile, tmp_path / "draft")
    assert wrong == [] and failing > 0
    assert [str(problem) for problem in lint([str(tmp_path / "draft")]).problems] == []
