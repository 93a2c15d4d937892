"""The board's page: what it says, what it hides, and that it is one page, accessible, whole and the same each time."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from made import CANARY, Lot, Project, count_gate, share_gate, units
from pypdf import PdfReader
from reading import all_text, pdf_text, section, table, tree
from scipy.linalg import null_space

from dq.papers.page import page

TEAMS = units({"Care": ["North", "South"], "Duty": ["East"]})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two weeks: 20 blockers become 12; East has 3 of them, unallocated records 2."""
    project = Project(tmp_path / "project")
    project.run([Lot("North", "blocker", 15), Lot("East", "blocker", 5)], {"Care": (90, 70), "Duty": (40, 35)}, TEAMS)
    lots = [Lot("North", "blocker", 7), Lot("East", "blocker", 3), Lot("unallocated", "blocker", 2, 50)]
    lots.append(Lot("South", "major", 9, 60))
    project.run(lots, {"Care": (92, 84), "Duty": (41, 38)}, TEAMS)
    return project


def written(project: Project, *options: object) -> tuple[Path, Path]:
    project.dq("board", *options)
    files = sorted(project.results[-1].glob("board-*"))
    assert [each.suffix for each in files] == [".html", ".pdf"]
    return files[0], files[1]


def test_the_page_says_what_the_runs_found(project: Project) -> None:
    html, pdf = written(project)
    assert section(html, "verdict").startswith("Not ready: 2 of 2 gates are not met. 122 of 133 open children (91.7 %) are ready.")
    gates = table(html, "gates-table")
    assert [(row["Gate"], row["Measured"], row["Result"]) for row in gates] == [
        ("Blockers", "12", "NOT MET"), ("Open children ready", "91.7 %", "NOT MET"),
    ]  # fmt: skip
    assert [(row["Ready"], row["Children not ready"], row["Blockers"]) for row in table(html, "weeks-table")] == [
        ("80.7 %", "25", "20"), ("91.7 %", "11", "12"),
    ]  # fmt: skip
    text = pdf_text(pdf)
    for each in ("Not ready: 2 of 2 gates are not met.", "122 of 133 open children (91.7 %) are ready.", "Decisions asked for"):
        assert each in text


def test_small_counts_are_hidden_wherever_they_could_be_read_off(project: Project) -> None:
    """East has 3 blockers and 3 children not ready, of 41; unallocated has 2."""
    html, pdf = written(project)
    rows = {row["Service"]: row for row in table(html, "services-table")}
    assert rows["Duty"]["Not ready"] == rows["Duty"]["Blockers"] == "fewer than 5"
    assert rows["Duty"]["Ready"] == "90.2 % or more"  # at least 37 of 41, whatever the number is
    assert rows["Care"]["Not ready"] == "not shown"  # 11 - 8 = 3
    assert rows["Care"]["Ready"] == "not shown"
    assert rows["Without a worker"]["Blockers"] == "fewer than 5"
    assert rows["All"]["Blockers"] == "12"
    said = json.loads(project.dq("board", "--json").stdout)
    by_name = {line["name"]: line for line in said["services"]}
    assert by_name["Duty"]["blockers"] == by_name["Duty"]["not_ready"] == "fewer than 5"
    assert by_name["Care"]["not_ready"] == "not shown"
    for row in (rows["Care"], rows["Duty"]):
        assert " ".join(row.values()) in pdf_text(pdf)


@settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
        min_size=2, max_size=6,
    )
)  # fmt: skip
def test_no_hidden_number_of_the_page_can_be_worked_out(tmp_path: Path, services: list[tuple[int, int, int, int]]) -> None:
    """An attacker reads the table of services and solves every equation that holds on it."""
    names = [f"Service {n}" for n in range(len(services))]
    project = Project(tmp_path / uuid.uuid4().hex, settings="go_live: 2027-03-01\ndue_days: {blocker: 7, major: 7}\n")
    lots = [Lot(f"Team {n}", "blocker", each[2], 1000 * n) for n, each in enumerate(services)]
    lots += [Lot(f"Team {n}", "major", each[3], 1000 * n) for n, each in enumerate(services)]
    children = {name: (each[0] + each[1], each[0]) for name, each in zip(names, services, strict=True)}
    for _ in range(3):
        project.run(lots, children, units({name: [f"Team {n}"] for n, name in enumerate(names)}))
    project.dq("board", "--html-only")
    [html] = project.results[-1].glob("board-*.html")
    rows = table(html, "services-table")
    columns = ("Open children", "Not ready", "Ready children", "Blockers", "Late")
    unknown: list[tuple[str, str]] = []
    known: dict[tuple[str, str], int] = {}
    for row in rows:
        for column in columns:
            said = row.get(column, "")
            if said.replace(",", "").isdigit():
                known[row["Service"], column] = int(said.replace(",", ""))
            else:
                unknown.append((row["Service"], column))
    said = re.search(r"(?<!fewer than )\b([\d,]+) of [\d,]+ open child", section(html, "verdict"))
    if said is not None:
        known["All", "Ready children"] = int(said[1].replace(",", ""))
        unknown.remove(("All", "Ready children"))
    for row in rows:  # an exact rate gives the number away
        if re.fullmatch(r"[\d.]+ %", row["Ready"]) and (row["Service"], "Open children") in known:
            place = (row["Service"], "Ready children")
            if place in unknown:
                unknown.remove(place)
    equations = [[(row["Service"], word) for word in ("Open children", "Not ready", "Ready children")] for row in rows]
    equations += [[("All", column), *((row["Service"], column) for row in rows[:-1])] for column in columns]
    system = np.zeros((len(equations), max(len(unknown), 1)))
    for line, (total, *parts) in enumerate(equations):
        for place in (total, *parts):
            if place in unknown:
                system[line, unknown.index(place)] += 1 if place == total else -1
    free = null_space(system) if unknown else system
    hidden = {(row["Service"], column) for row in rows for column in columns if row.get(column) in ("fewer than 5", "not shown")}
    assert [place for place in hidden if not np.abs(free[unknown.index(place)]).sum() > 1e-9] == []


def test_nothing_of_a_record_stands_in_any_form_of_the_paper(project: Project) -> None:
    html, pdf = written(project)
    for text in (all_text(html), all_text(pdf), project.dq("board", "--json").stdout):
        assert CANARY not in text
        assert not [row[0] for row in Lot("North", "blocker", 7).rows if row[0] in text]
    assert CANARY.encode() not in pdf.read_bytes()


def test_the_page_needs_no_network(project: Project) -> None:
    html, _ = written(project)
    text = html.read_text(encoding="utf-8")
    names = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\s\"'<>]+", text)) <= names
    assert "<script" not in text and "<link" not in text and "@import" not in text and "url(" not in text


def test_the_pdf_is_tagged_and_says_its_title_and_language(project: Project) -> None:
    _, pdf = written(project)
    reader = PdfReader(pdf)
    root = reader.root_object
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert reader.metadata is not None and reader.metadata.title == "Testshire: readiness on 5 October 2026"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]
    roles = _roles(root["/StructTreeRoot"])
    for role in ("/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/Figure"):
        assert role in roles, role
    assert roles.count("/Figure") == 2
    assert len(_alternatives(root["/StructTreeRoot"])) == 2
    assert b"pdfuaid" in pdf.read_bytes() or "pdfuaid" in str(reader.xmp_metadata.rdf_root.toxml())  # type: ignore[union-attr]


def _nodes(node: object) -> list[dict[str, object]]:
    found = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        each = each.get_object() if hasattr(each, "get_object") else each
        if isinstance(each, dict):
            found.append(each)
            waiting.append(each.get("/K"))
        elif isinstance(each, list):
            waiting.extend(each)
    return found


def _roles(root: object) -> list[object]:
    return [each["/S"] for each in _nodes(root) if "/S" in each]


def _alternatives(root: object) -> list[object]:
    return [each["/Alt"] for each in _nodes(root) if each.get("/S") == "/Figure" and each.get("/Alt")]


def test_the_same_store_gives_the_same_bytes_and_writes_over_its_own_paper(project: Project, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in written(project)]
    again = project.dq("board")
    assert again.stdout.count("(written over)") == 2
    assert [path.read_bytes() for path in written(project)] == first
    project.dq("board", "--out", tmp_path / "elsewhere", "--html-only")
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["board-2026-10-05.html"]


@pytest.mark.parametrize("number", [1, 20, 34])
def test_the_figures_fill_one_page_and_the_notes_another(tmp_path: Path, number: int) -> None:
    project = Project(tmp_path / "project")
    names = [f"Service for children and families {n:02d}" for n in range(number)]
    teams = units({name: [f"Team {place}"] for place, name in enumerate(names)})
    for week in range(9):
        lots = [Lot(f"Team {n}", severity, 30 - week, 1000 * n) for n in range(number) for severity in ("blocker", "major")]
        gates = [share_gate(word, 60, 90, 0.98) for word in ("completeness", "validity", "timeliness", "accuracy", "consistency")]
        gates += [count_gate(word, 30 * number) for word in ("blockers", "majors", "minors", "exceptions", "rows_unreconciled")]
        project.run(lots, {name: (80, 60) for name in names}, teams, gates=gates, stopped=["VIS-008", "VIS-009"])
    project.dq("dispose", "accept", "--team", "Team 0", "--severity", "major", "--note", "The board said so.")
    project.dq("dispose", "fix-after-go-live", "--team", "Team 0", "--severity", "blocker")
    html, pdf = written(project)
    pages = [page.extract_text() for page in PdfReader(pdf).pages]
    assert len(pages) == 2
    assert "Accepted risks" in pages[0] and "What the figures mean" in pages[1] and "What the figures mean" not in pages[0]
    rows = table(html, "services-table")
    if number > 20:
        assert rows[-2]["Service"].endswith("other services together")
        assert rows[-1]["Blockers"] == f"{22 * number:,}"


def test_no_open_children(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.run([], {}, TEAMS)
    html, _ = written(project)
    assert "No open children were found in this extract." in section(html, "verdict")
    assert table(html, "gates-table")[0]["Measured"] == "not measured"
    assert "Chart without a point" in all_text(html)


def test_one_team(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.run([Lot("North", "blocker", 3)], {"Care": (40, 37)}, units({"Care": ["North"]}))
    html, _ = written(project)
    care = next(row for row in table(html, "services-table") if row["Service"] == "Care")
    assert (care["Open children"], care["Not ready"], care["Ready"]) == ("40", "fewer than 5", "90.0 % or more")
    assert "All but fewer than 5 of 40 open children are ready." in section(html, "verdict")
    assert "37" not in re.sub(r"<svg.*?</svg>", "", section(html, "verdict"))


def test_all_waived(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    lots = [Lot("North", "blocker", 12)]
    project.run(lots, {"Care": (40, 30)}, TEAMS)
    project.dq("waive", "--rule", "VIS-001", "--until", "2026-10-20", "--reason", f"Agreed. {CANARY}", "--approver", "Ada Approver")
    gates = [count_gate("blockers", 0), share_gate("ready_children", 40, 40, 0.98)]
    project.run(lots, {"Care": (40, 40)}, TEAMS, gates=gates, allowed=10)
    html, pdf = written(project)
    text = section(html, "verdict")
    assert text.startswith("Ready, as far as the rules can tell: every gate is met. 40 of 40 open children (100.0 %) are ready.")
    assert "Ready only because blockers are waived or put right on the way: 10." in text
    risk = ["Waived: may stay as it is for now", "Ada Approver", "12", "20 Oct 2026"]
    assert [list(row.values()) for row in table(html, "risks-table")] == [risk]
    assert "1 waiver will end by 19 October 2026" not in section(html, "asks")
    assert CANARY not in all_text(html) + all_text(pdf)  # a reason may speak of a child
    project.run(lots, {"Care": (40, 40)}, TEAMS, gates=gates, allowed=10)
    html, _ = written(project)
    asked = "Renew these waivers, or have the records put right? 1 waiver will end by 26 October 2026. For: Ada Approver."
    assert asked in section(html, "asks")


def test_a_rule_that_stops_running(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    lots = [Lot("North", "blocker", 8), Lot("North", "blocker", 9, 100, "VIS-002")]
    project.run(lots, {"Care": (40, 30)}, TEAMS)
    gates = [count_gate("blockers", 8, 8)]
    project.run(lots[:1], {"Care": (40, 32)}, TEAMS, gates=gates, stopped=["VIS-002"], at_most=True)
    html, pdf = written(project)
    text = section(html, "verdict")
    assert text.startswith("Not certain: every gate is met, but 1 rule could not run. At most 32 of 40 open children (80.0 %)")
    assert table(html, "unchecked-table") == [
        {"Rule": "Title of VIS-002", "Severity": "Blocker", "Why": "It took longer than its time limit."}
    ]
    assert "Who gets this rule to run before the next extract?" in section(html, "asks")
    assert "only be lower" in section(html, "notes") and "Title of VIS-002" in pdf_text(pdf)


def test_a_team_that_is_dissolved(tmp_path: Path) -> None:
    """Its exceptions are found with another team; those of it that are not looked at any more stand where they last stood."""
    project = Project(tmp_path / "project")
    project.run([Lot("East", "blocker", 9)], {"Care": (40, 31), "Duty": (20, 11)}, TEAMS)
    moved = [(*row[:5], "North", *row[6:]) for row in Lot("East", "blocker", 9).rows]
    lot = Lot("East", "blocker", 9)
    object.__setattr__(lot, "__class__", type("Moved", (Lot,), {"rows": property(lambda self: moved)}))
    project.run([lot], {"Care": (60, 51)}, units({"Care": ["North", "South"]}))
    html, _ = written(project)
    rows = {row["Service"]: row for row in table(html, "services-table")}
    assert rows["Care"]["Blockers"] == "9"
    assert rows.get("Duty", {"Blockers": "0"})["Blockers"] == "0"


def test_no_gates_and_no_date(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", settings="")
    project.run([Lot("North", "minor", 6)], {"Care": (40, 40)}, TEAMS, gates=[])
    html, _ = written(project)
    assert section(html, "verdict").startswith("No gates are set")
    assert "Set the date of go-live." in section(html, "asks") and "Set gates for go-live." in section(html, "asks")


def test_a_gate_for_each_unit_is_one_line_and_advice_does_not_decide(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    whole = replace(share_gate("ready_children", 31, 40, 0.9), per="service", severity="blocker")
    each = [replace(whole, level="service", unit=name, met=met) for name, met in (("Care", False), ("Duty", True))]
    advice = replace(count_gate("majors", 9), severity="major")
    gates = [advice, replace(whole, met=True), *each, count_gate("blockers", 0)]
    project.run([Lot("North", "major", 9)], {"Care": (40, 31), "Duty": (20, 20)}, TEAMS, gates=gates)
    html, _ = written(project)
    rows = [list(row.values()) for row in table(html, "gates-table")]
    assert len(rows) == 3 and [row[0] for row in rows if row[0].endswith("(advice)")] == [rows[2][0]]
    assert ["Open children ready", "at least 90.0 % for each service", "met by 1 of 2 services", "met"] in rows
    assert "every gate is met" in section(html, "verdict") and "Keep the date of go-live" not in section(html, "asks")


def test_disputes_that_nobody_decides_and_what_is_late(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", settings="go_live: 2027-03-01\ndue_days: {blocker: 7, major: 28}\n")
    lots = [Lot("North", "blocker", 8), Lot("East", "major", 6, 200)]
    for _ in range(6):
        project.run(lots, {"Care": (40, 30), "Duty": (9, 9)}, TEAMS)
    html, _ = written(project)
    rows = {row["Service"]: row for row in table(html, "services-table")}
    assert (rows["Care"]["Late"], rows["Duty"]["Late"], rows["All"]["Late"]) == ("8", "6", "14")
    assert "Past their date on the teams' lists: 14 (8 blocker, 6 major)." in section(html, "verdict")


def test_the_chance_of_each_gate_on_the_day_of_go_live(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    for week in range(5):
        project.run([Lot("North", "blocker", 60 - 12 * week)], {"Care": (200, 140 + 12 * week)}, TEAMS)
        html, pdf = written(project)
        said = section(html, "course")
        if week < 3:
            assert f"No forecast yet. Too little history: {week + 1} run" in said and table(html, "forecast-table") == []
    rows = table(html, "forecast-table")
    assert [row["Gate and day"] for row in rows] == [
        "Blockers: none, at go-live",
        "Open children ready: at least 98.0 %, at go-live",
    ]
    assert all(re.fullmatch(r"(less than |more than )?\d+ %", row["Chance"]) for row in rows)
    assert all(" to " in row["Likely"] for row in rows)
    assert rows[0]["Chance"] in pdf_text(pdf)


def test_the_chance_of_each_gate_by_each_trial_load_and_no_faster_than_teams_can_go(tmp_path: Path) -> None:
    loads = "trial_loads: {Trial load 2: 2026-12-21, Trial load 1: 2026-12-07, Long ago: 2026-01-05}\n"
    chances = []
    for capacity in ("", "capacity: {North: 0.5}\n"):
        project = Project(tmp_path / f"project{len(capacity)}", settings=f"go_live: 2027-03-01\n{loads}{capacity}")
        for week in range(6):
            project.run([Lot("North", "blocker", 70 - 12 * week)], {"Care": (200, 130 + 12 * week)}, TEAMS)
        html, _ = written(project)
        rows = table(html, "forecast-table")
        assert [row["Gate and day"] for row in rows if row["Gate and day"].startswith("Blockers")] == [
            "Blockers: none, by Trial load 1", "Blockers: none, by Trial load 2", "Blockers: none, at go-live",
        ]  # fmt: skip
        chances.append(int(re.sub(r"\D", "", rows[2]["Chance"])))
    assert chances[1] < chances[0] / 2, chances


def test_before_the_first_check_there_is_no_paper(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    assert "No run is recorded yet." in project.dq("board", code=2).stderr
    assert not list(project.folder.rglob("board-*"))


def test_a_paper_that_cannot_be_written_leaves_nothing(project: Project, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    assert "The paper cannot be written." in project.dq("board", "--out", tmp_path / "taken", code=2).stderr
    assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []


def test_what_somebody_typed_is_shown_as_it_is(tmp_path: Path) -> None:
    name = '<b>Care & "co"</b> #strong[x] *y*'
    project = Project(tmp_path / "project")
    project.run([Lot("North", "blocker", 8)], {name: (40, 30)}, units({name: ["North"]}))
    html, pdf = written(project)
    assert name in [row["Service"] for row in table(html, "services-table")]
    assert "#strong[x] *y*" in pdf_text(pdf)
    assert tree(html).find(".//b") is None


def test_a_template_fault_is_not_passed_over() -> None:
    with pytest.raises(Exception, match="undefined"):
        page({"charts": []}, "board.html.jinja")
