"""The generator alone: same bytes, plausible shapes, sound links, right check digits. Nothing here reads the rules."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stdnum.gb import nhs, upn

from dq import sample
from dq.errors import OptionError
from dq.sample import days
from dq.sample.faults.registry import PLANTERS
from dq.sample.layout import PARTS

LAST = "2026-11-02"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean") / "project"
    sample.write(folder, children=900, weeks=3, seed=4, faults=False)
    return folder


@pytest.fixture(scope="module")
def extract(project: Path) -> dict[str, pd.DataFrame]:
    return read(project / "extracts" / LAST)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Each contract table of an extract, in the contract's column names."""
    tables = {}
    for name, part in PARTS.items():
        rows = pd.read_csv(folder / f"{part.file}.csv", dtype=str)
        if part.mark is not None:
            rows = rows[rows[part.mark[0]] == part.mark[1]]
        elif name == "initial_cp_conference":
            rows = rows[rows["CONFERENCE_TYPE"].isin(["INITIAL", "TRANSFER"])]
        tables[name] = rows[list(part.columns.values())].set_axis(list(part.columns), axis=1)
    return tables


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def to_days(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, format="%d/%m/%Y")


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        sample.write(tmp_path / name, children=120, weeks=2, seed=seed)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert digest(tmp_path / "one") != digest(tmp_path / "three")


def test_a_project_holds_its_settings_teams_extracts_and_truth(project: Path) -> None:
    assert sorted(path.name for path in project.iterdir()) == ["dq.yaml", "extracts", "people.json", "teams.csv"]
    assert [path.name for path in sorted((project / "extracts").iterdir())] == ["2026-10-19", "2026-10-26", LAST]
    assert (project / "extracts" / LAST / "truth.csv").read_text(encoding="utf-8") == "rule,table,key\n"
    teams = pd.read_csv(project / "teams.csv", dtype=str)
    assert list(teams) == ["worker_id", "worker_name", "team", "service", "left_on", "head_of_service", "director", "from"]
    assert teams["service"].nunique() == 8
    assert (teams["head_of_service"].nunique(), teams["director"].nunique()) == (3, 1)
    assert teams["worker_id"].duplicated().sum() == teams["from"].notna().sum() == 1
    assert teams["left_on"].notna().any()


def test_progress_is_told_line_by_line(tmp_path: Path) -> None:
    lines: list[str] = []
    sample.write(tmp_path, children=40, weeks=2, faults=False, progress=lines.append)
    assert len(lines) == 3
    assert lines[-1].startswith(LAST)


@pytest.mark.parametrize("wrong", [{"children": 0}, {"children": 5, "weeks": 0}, {"children": 5, "last": date(1999, 1, 1)}])
def test_numbers_that_make_no_sense_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(OptionError):
        sample.write(tmp_path, **wrong)  # type: ignore[arg-type]


def test_a_handful_of_children_is_enough(tmp_path: Path) -> None:
    sample.write(tmp_path, children=1, weeks=2)
    sample.write(tmp_path / "few", children=7, weeks=2)


LINKS = {
    "address.person_id": "person.person_id", "relationship.related_person_id": "person.person_id",
    "cin_episode.contact_id": "contact.contact_id", "assessment.referral_id": "cin_episode.referral_id",
    "assessment_factor.assessment_id": "assessment.assessment_id", "s47_enquiry.referral_id": "cin_episode.referral_id",
    "initial_cp_conference.enquiry_id": "s47_enquiry.enquiry_id", "initial_cp_conference.plan_id": "cp_plan.plan_id",
    "cp_plan.conference_id": "initial_cp_conference.conference_id", "cin_plan.referral_id": "cin_episode.referral_id",
    "cin_visit.plan_id": "cin_plan.plan_id", "cin_review.plan_id": "cin_plan.plan_id", "cp_visit.plan_id": "cp_plan.plan_id",
    "cp_review.plan_id": "cp_plan.plan_id", "cla_episode.placement_id": "placement.placement_id",
    "placement.cla_id": "cla_episode.cla_id", "cla_visit.cla_id": "cla_episode.cla_id",
    "voluntary_agreement.legal_status_id": "legal_status.legal_status_id",
    "return_interview.missing_id": "missing.missing_id", "involvement.professional_id": "professional.professional_id",
    "involvement.team_id": "team.team_id", "involvement.referral_id": "cin_episode.referral_id",
    "cp_visit.worker_id": "professional.professional_id", "care_leaver.adviser_id": "professional.professional_id",
    "team.manager_id": "professional.professional_id", "supervision.supervisor_id": "professional.professional_id",
}  # fmt: skip


@pytest.mark.parametrize("week", ["2026-10-19", LAST])
def test_every_link_leads_to_a_record_of_the_same_extract(project: Path, week: str) -> None:
    tables = read(project / "extracts" / week)
    for link, target in LINKS.items():
        (table, column), (other, key) = link.split("."), target.split(".")
        named = tables[table][column].dropna()
        assert len(named), link
        assert named.isin(tables[other][key]).all(), link


def test_keys_are_unique_and_never_blank(extract: dict[str, pd.DataFrame]) -> None:
    for name, table in extract.items():
        key = table[next(iter(PARTS[name].columns))]
        assert key.notna().all(), name
        assert key.is_unique, name


def test_a_later_extract_holds_what_an_earlier_one_held(project: Path) -> None:
    before, after = read(project / "extracts" / "2026-10-26"), read(project / "extracts" / LAST)
    for name, table in before.items():
        key = next(iter(PARTS[name].columns))
        assert table[key].isin(after[name][key]).all(), name
    assert len(after["cp_visit"]) > len(before["cp_visit"])
    assert len(after["contact"]) > len(before["contact"])


def test_check_digits_are_those_of_stdnum(extract: dict[str, pd.DataFrame]) -> None:
    numbers, pupils = extract["person"]["nhs_number"].dropna(), extract["person"]["upn"].dropna()
    assert len(numbers) > 600
    assert len(pupils) > 400
    assert all(nhs.is_valid(number) for number in numbers)
    assert all(upn.is_valid(number) for number in pupils)
    assert numbers.is_unique
    assert pupils.is_unique


def test_postcodes_have_their_form_and_a_fictional_area(extract: dict[str, pd.DataFrame]) -> None:
    postcodes = pd.concat([extract["address"]["postcode"], extract["placement"]["postcode"]])
    assert postcodes.str.fullmatch(r"TH[0-9]{1,2} [0-9][ABD-HJLNP-UW-Z]{2}").all()


def test_shapes_are_those_of_a_council(extract: dict[str, pd.DataFrame]) -> None:
    people = extract["person"]
    children = people[(people["is_client"] == "CLIENT") & (people["person_id"].str.len() == 6)]  # seven: twins
    open_referrals = extract["cin_episode"]["close_date"].isna().mean()
    protected = extract["cp_plan"]["end_date"].isna().sum()
    in_care = extract["cla_episode"]["ceased_date"].isna().sum()
    leavers = extract["care_leaver"]["end_date"].isna().sum()
    voluntary = (extract["legal_status"]["code"] == "S20").mean()
    assert len(children) == 900
    assert 0.1 < open_referrals < 0.35
    assert 0.02 < protected / len(children) < 0.09
    assert 0.03 < in_care / len(children) < 0.1
    assert 0.01 < leavers / len(children) < 0.08
    assert 0.1 < voluntary < 0.55
    assert extract["cin_episode"]["source"].value_counts().idxmax() == "6"
    assert 0.4 < (children["sex"] == "Female").mean() < 0.56
    families = extract["family"].groupby("family_id").size()
    assert 0.2 < (families > 1).mean() < 0.8


def test_brothers_and_sisters_share_their_homes(extract: dict[str, pd.DataFrame]) -> None:
    homes = extract["address"].query("type == 'Main' and end_date.isna()").set_index("person_id")["postcode"]
    family = extract["family"].set_index("person_id")["family_id"]
    at_home = pd.concat([homes, family], axis=1, join="inner")
    assert (at_home.groupby("family_id")["postcode"].nunique() == 1).all()


def test_workers_hold_fifteen_to_twenty_cases(extract: dict[str, pd.DataFrame]) -> None:
    allocated = extract["involvement"].query("allocated == 'Yes' and end_date.isna()")
    held = allocated.groupby("professional_id")["person_id"].nunique()
    assert 8 < held.mean() < 20
    assert held.max() <= 25
    leavers = extract["professional"]["left_date"].notna()
    assert not allocated["professional_id"].isin(extract["professional"].loc[leavers, "professional_id"]).any()


def test_nothing_is_dated_after_the_extract(extract: dict[str, pd.DataFrame]) -> None:
    today = pd.Timestamp(LAST)
    for name in ("cp_visit", "cin_visit", "cla_visit"):
        assert (to_days(extract[name]["visit_date"]) <= today).all()
        assert (to_days(extract[name]["recorded_date"]) <= today).all()
    assert (to_days(extract["cin_episode"]["close_date"].dropna()) <= today).all()


def test_working_days_leave_out_english_bank_holidays() -> None:
    start = np.array(["2026-04-02", "2026-12-24", "2022-09-16"], dtype="datetime64[D]")
    expected = np.array(["2026-04-07", "2026-12-29", "2022-09-20"], dtype="datetime64[D]")
    assert (days.add_working_days(start, 1) == expected).all()


def test_months_end_where_a_month_is_shorter() -> None:
    start = np.array(["2024-01-31", "2023-01-31", "2024-02-29"], dtype="datetime64[D]")
    expected = np.array(["2024-02-29", "2023-02-28", "2024-03-29"], dtype="datetime64[D]")
    assert (days.add_months(start, 1) == expected).all()
    assert days.age(start[2:], np.datetime64("2025-02-28"))[0] == 1


def test_planted_faults_are_written_down_and_cleared(tmp_path: Path) -> None:
    sample.write(tmp_path, children=900, weeks=6, seed=3)
    weeks = sorted((tmp_path / "extracts").iterdir())
    truths = [pd.read_csv(week / "truth.csv", dtype=str, keep_default_na=False) for week in weeks]
    assert [list(truth) for truth in truths] == [["rule", "table", "key"]] * 6
    assert len(truths[-1]) < len(truths[0])
    assert truths[-1]["rule"].isin([*PLANTERS, "FAM-002", "CLA-014", "PER-090"]).mean() > 0.9
    first, last = ({tuple(row) for row in truth.to_numpy()} for truth in (truths[0], truths[-1]))
    assert first & last
    assert last - first


def test_there_is_a_planter_for_nearly_every_rule_of_casework() -> None:
    themes = {rule for rule in PLANTERS if not rule.startswith(("LOD", "type", "key"))}
    assert len(themes) > 185
    assert len(PLANTERS) > 600
