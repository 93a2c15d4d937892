"""A manager's pack, from the store: figures of one unit, its key measures, and where its records most often go wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dq import measure_words
from dq.dispositions import PLACES
from dq.measure_words import LEVEL_WORDS
from dq.measures import Measure
from dq.model import SEVERITIES, VERSION
from dq.papers.board import WEEKS
from dq.papers.facts import Facts
from dq.papers.model import WeekLine
from dq.papers.unit_ahead import Course
from dq.papers.unit_facts import Habit, UnitFacts
from dq.papers.words import rate, service_title, short_date
from dq.report.words import capital, long_date, number, percent, plural
from dq.store.measures import MeasuredLine
from dq.store.piles import Heap

Row = tuple[str, ...]
HABITS = 10
HEAD = ("Measure", "Of", "Value", "Counted", "Target", "Met", "Change")
PARTS = {"week": "the last 7 days", "month": "this month", "last month": "last month", "year to date": "since 1 April",
         "maximum": "most with one worker"}  # fmt: skip
PLACE_WORDS = {"to do": "To do", "disputed": "Disputed", "waived": "Waived", "accept": "Accepted", "do not migrate": "Not migrated",
               "fix after go-live": "After go-live", "transform on the way": "On the way"}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A heading, a few words, and perhaps a table whose numbers begin at the column `numbers`."""

    title: str
    words: str
    head: Row = ()
    rows: tuple[Row, ...] = ()
    numbers: int = 1


@dataclass(frozen=True)
class UnitPack:
    """A pack for the manager of one unit. Its figures are true ones: it is for people of the council who may see the records."""

    project: str
    level: str
    unit: str
    run: int
    as_of: str
    state: Literal["ready", "not-ready", "open"]
    verdict: str
    sentences: tuple[str, ...]
    weeks: tuple[WeekLine, ...]
    course: Course
    sections: tuple[Section, ...]
    contact: str
    version: str


def unit_pack(facts: Facts, mine: UnitFacts, declared: Mapping[str, Measure], course: Course) -> UnitPack:
    """The pack; `declared` are the measures that the project's packs have today, `course` is the unit's burn-down."""
    heaps = [each for each in facts.listed if each.team in mine.teams]
    desk = [each for each in facts.listed if each.desk in mine.teams]
    late = sum(each.exceptions for each in desk if facts.is_late(each))
    return UnitPack(
        facts.project, LEVEL_WORDS[mine.level], service_title(mine.unit), facts.run.run, long_date(facts.run.as_of),
        _state(heaps), _verdict(heaps), tuple(_sentences(facts, mine, late)), tuple(_weeks(facts, mine)),
        course, (
            *_parts_ahead(mine, course), *_parts(facts, mine), _severities(facts, heaps, desk), _set_aside(heaps), _training(mine),
            *_measures(mine, declared), _notes(mine),
        ), facts.contact, VERSION,
    )  # fmt: skip


def _count(heaps: Sequence[Heap], severity: str = "") -> int:
    return sum(each.exceptions for each in heaps if severity in ("", each.severity))


def _state(heaps: Sequence[Heap]) -> Literal["not-ready", "open"]:
    return "not-ready" if _count(heaps, "blocker") else "open"


def _verdict(heaps: Sequence[Heap]) -> str:
    blockers, every = _count(heaps, "blocker"), _count(heaps)
    if not every:
        return "Nothing to put right: no exception is on the list."
    if not blockers:
        return f"No blockers; {plural(every, 'other exception')} on the list."
    return f"{plural(blockers, 'blocker')} to clear, among {plural(every, 'exception')}."


def _sentences(facts: Facts, mine: UnitFacts, late: int) -> Iterator[str]:
    if not mine.known:
        gone = f"The extract of {long_date(facts.run.as_of)} does not know this {LEVEL_WORDS[mine.level]} any more"
        yield f"{gone}; the figures are what it left."
    children = mine.children.get(facts.run.run)
    if children is None or children.open == 0:
        yield "It has no open children."
    else:
        everybody = plural(children.open, "open child", "open children")
        share = percent(children.ready, children.open)
        yield f"{number(children.ready)} of {everybody} ({share}) {'is' if children.ready == 1 else 'are'} ready."
    if len(mine.course) > 1:
        last = mine.course[-1]
        came = last.new + last.reopened
        yield f"Since the extract before: {number(came)} came or came back, {number(last.cleared)} cleared."
    if late:
        yield f"Past their date on the lists: {number(late)}."
    if facts.go_live is not None:
        yield f"Go-live is planned for {long_date(facts.go_live)}."


def _weeks(facts: Facts, mine: UnitFacts) -> Iterator[WeekLine]:
    blockers = {point.run: point.open.get("blocker", 0) for point in mine.course}
    for run in facts.runs[-WEEKS:]:
        children = mine.children.get(run.run)
        whole, ready = (children.open, children.ready) if children is not None else (0, 0)
        share = ready / whole if whole else None
        yield WeekLine(run.as_of, whole, whole - ready, rate(ready, whole - ready, whole), share, False, blockers.get(run.run, 0))


def _parts(facts: Facts, mine: UnitFacts) -> Iterator[Section]:
    """The units below: a line each, most blockers first."""
    if not mine.parts:
        return
    rows: list[tuple[tuple[int, ...], Row]] = []
    for name, (teams, children) in mine.parts.items():
        heaps = [each for each in facts.listed if each.team in teams]
        late = sum(each.exceptions for each in facts.listed if each.desk in teams and facts.is_late(each))
        whole, ready = (children.open, children.ready) if children is not None else (0, 0)
        share = percent(ready, whole) if whole else "no children"
        counts = [_count(heaps, severity) for severity in SEVERITIES]
        cells = (capital(service_title(name)), number(whole), number(whole - ready), share)
        rows.append(((*counts, late), cells))
    rows.sort(key=lambda row: (*(-count for count in row[0][:3]), row[1][0]))
    lines = tuple((*cells, *(number(count) for count in counted)) for counted, cells in rows)
    head = ("", "Open children", "Not ready", "Ready", "Blockers", "Major", "Minor", "Late")
    yield Section("Where it stands", "Most blockers first.", head, lines)


def _parts_ahead(mine: UnitFacts, course: Course) -> Iterator[Section]:
    """The forecast of each unit below."""
    if course.parts:
        words = "Blockers to clear now and on the day of go-live, most first. How much faster is asked of all teams together."
        head = ("", "To clear now", "Likely at go-live", "Chance that none is left", "To be 90 % sure")
        yield Section("Which of its units will be ready by go-live?", words, head, course.parts)


def _severities(facts: Facts, heaps: Sequence[Heap], desk: Sequence[Heap]) -> Section:
    rows = []
    for severity in SEVERITIES:
        late = sum(each.exceptions for each in desk if each.severity == severity and facts.is_late(each))
        new = sum(each.exceptions for each in heaps if each.severity == severity and each.since == facts.run.as_of)
        rows.append((capital(severity), number(_count(heaps, severity)), number(new), number(late)))
    words = "On the unit's records: all, and those of this extract. Late: on its lists and past their date."
    return Section("Exceptions by severity", words, ("Severity", "Exceptions", "New or back", "Late"), tuple(rows))


def _set_aside(heaps: Sequence[Heap]) -> Section:
    places = [place for place in PLACES if place != "gone"]
    rows = []
    for place in places:
        found = [each for each in heaps if each.place == place]
        if found or place == "to do":
            rows.append((PLACE_WORDS[place], *(number(_count(found, severity)) for severity in SEVERITIES), number(_count(found))))
    return Section("What is to become of them", "", ("", "Blocker", "Major", "Minor", "All"), tuple(rows))


def _training(mine: UnitFacts) -> Section:
    """Where workers most often go wrong. A rule that many workers break is a matter for training, one worker's for a talk."""
    title = "Where records most often go wrong"
    if not mine.habits:
        return Section(title, "No rule is broken.")
    words = (
        "Rules by exceptions on the list. Where several workers have some, it is a need for training or a fault of the form; where "
        "one has most of them, a talk may do. Workers are counted where the record names one."
    )
    rows = tuple(_habit(each) for each in mine.habits[:HABITS])
    return Section(title, words, ("What should be true, but is not", "Severity", "Exceptions", "Workers", "Most with one"), rows, 2)


def _habit(each: Habit) -> Row:
    workers = number(each.workers) if each.workers else "none named"
    return each.title, capital(each.severity), number(each.exceptions), workers, number(each.most) if each.workers else "-"


def _measures(mine: UnitFacts, declared: Mapping[str, Measure]) -> Iterator[Section]:
    """The targets that were missed, and the key measures by area."""
    by_area: dict[str, list[Row]] = {}
    missed: list[Row] = []
    for line in mine.measured:
        measure = declared.get(line.measure)
        part = next((each for each in measure.parts if each.word == line.part), None) if measure is not None else None
        if measure is None or part is None:
            continue
        target = line.target if part.judged else None
        met = measure_words.met(line.value, target, measure.direction, line.counted, line.of)
        row = _measured(line, measure, part.shape, target, met)
        by_area.setdefault(measure.area, []).append(row)
        if met is False:
            missed.append(row)
    if not by_area:
        yield Section("Key measures", "This run measured nothing of this unit.")
        return
    words = "What is done about them: dq actions." if missed else "None: every target that could be judged is met."
    yield Section("Targets missed", words, HEAD if missed else (), tuple(missed), 2)
    for area, rows in by_area.items():
        yield Section(f"Key measures: {area}", "", HEAD, tuple(rows), 2)


def _measured(line: MeasuredLine, measure: Measure, shape: str, target: float | None, met: bool | None) -> Row:
    of = "" if line.of is None else f" of {number(line.of)}"
    counted = "" if line.counted is None else f"{number(line.counted)}{of}"
    return (
        measure.title, PARTS.get(line.part, line.part or "now"), measure_words.value(line.value, shape), counted,
        measure_words.target(target, measure.direction, shape), {None: "", True: "yes", False: "NO"}[met],
        measure_words.change(line.value, line.before, shape),
    )  # fmt: skip


def _notes(mine: UnitFacts) -> Section:
    return Section(
        "What the figures mean",
        "A child is ready when no record of theirs, with any team, has a blocker. Exceptions are counted with the team whose "
        "records they are, lateness with the team on whose list they stand. Measures are counted from the extract; change is "
        f"since the last run that could measure. This pack is for the {LEVEL_WORDS[mine.level]}: small numbers are not hidden "
        "in it. What is to clear leaves waived blockers out until their waiver ends, and counts those of a rule that did not run "
        "as still there; docs/forecast.md says what the forecast assumes. The pack names no child; do not publish it. Lists of "
        "records are written apart (dq pack --records).",
    )


def pack_title(pack: UnitPack) -> str:
    """What the file and its page are called."""
    return f"{pack.unit}: data quality on {pack.as_of}"


def short(pack: UnitPack) -> list[list[str]]:
    """The rows of the table beside the charts."""
    return [[short_date(week.as_of), week.rate, str(week.not_ready), str(week.blockers)] for week in pack.weeks]
