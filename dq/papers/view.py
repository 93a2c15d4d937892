"""The board's paper as plain text, laid out: what the HTML page and the PDF both show, so that they say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dq.papers.gains import shown_lines
from dq.papers.model import Board, ServiceLine, WeekLine
from dq.papers.unit_pack import UnitPack, pack_title, short
from dq.papers.words import short_date, shown
from dq.report.words import capital, long_date, plural

SEVERITY = {"blocker": "Blocker", "major": "Major", "minor": "Minor"}
GATES, ASKS, RISKS, UNCHECKED = 8, 6, 6, 12
"""Lines of each table on the first page; of the rules that could not run, on the second."""


def view(board: Board) -> dict[str, Any]:
    """Every text of the paper; a number stays on one line with its per cent sign."""
    return {name: _kept(each) for name, each in _texts(board).items()}


def pack_view(pack: UnitPack) -> dict[str, Any]:
    """Every text of a manager's pack."""
    texts = {
        "title": pack_title(pack), "project": pack.project, "unit": pack.unit, "state": pack.state, "verdict": pack.verdict,
        "subtitle": f"Pack for the {pack.level}: data quality of the extract of {pack.as_of}. {pack.project}. Not for publication.",
        "sentences": list(pack.sentences), "weeks": short(pack),
        "readiness_words": _readiness_words(pack.weeks), "blockers_words": _blockers_words(pack.weeks),
        "course_words": pack.course.words, "course": [list(row) for row in pack.course.rows], "burndown_words": _course_words(pack),
        "sections": [{**asdict(each), "head": list(each.head), "rows": [list(row) for row in each.rows]} for each in pack.sections],
        "foot": f"Run {pack.run}, extract of {pack.as_of}. Made by dq {pack.version}. Questions: {pack.contact}.",
    }  # fmt: skip
    return {name: _kept(each) for name, each in texts.items()}


def _kept(each: Any) -> Any:
    if isinstance(each, dict):
        return {name: _kept(one) for name, one in each.items()}
    if isinstance(each, list):
        return [_kept(one) for one in each]
    return each.replace(" %", "\u00a0%") if isinstance(each, str) else each


def _texts(board: Board) -> dict[str, Any]:
    return {
        "title": f"{board.project}: readiness on {long_date(board.as_of)}",
        "project": board.project,
        "subtitle": _subtitle(board),
        "state": board.state,
        "verdict": board.verdict,
        "sentences": list(board.sentences),
        "gates": [
            [gate.title if gate.decides else f"{gate.title} (advice)", gate.needed, gate.measured, gate.owner, gate.met]
            for gate in board.gates[:GATES]
        ],
        "owners": any(gate.owner for gate in board.gates),
        "more_gates": _more(board),
        "weeks": [[short_date(week.as_of), week.rate, shown(week.not_ready), shown(week.blockers)] for week in board.weeks],
        "ahead": [[f"{short_date(line.day)}, {line.occasion}", line.rate, "-", line.blockers] for line in board.ahead],
        "gains": shown_lines(board.gains),
        "gain_words": list(board.gain_words),
        "readiness_words": _readiness_words(board.weeks),
        "blockers_words": _blockers_words(board.weeks) + _ahead_words(board),
        "forecast_titles": ["Gate and day", "Likely", "Chance", "What it would take"],
        "forecast_words": board.forecast_words,
        "forecast": [list(asdict(line).values()) for line in board.forecast],
        "services": [_service(line) for line in board.services],
        "whole": _service(board.whole),
        "asks": [[ask.question, ask.why, ask.whom] for ask in board.asks[:ASKS]],
        "more_asks": f"And {plural(len(board.asks) - ASKS, 'more decision')}." if len(board.asks) > ASKS else "",
        "risks": [[risk.what, risk.approver, shown(risk.exceptions), risk.until] for risk in board.risks[:RISKS]],
        "more_risks": f"And {plural(len(board.risks) - RISKS, 'more line')}: dq waive --list." if len(board.risks) > RISKS else "",
        "unchecked": [
            [line.title, SEVERITY.get(line.severity, line.severity), line.reason] for line in board.unchecked[:UNCHECKED]
        ],
        "more_unchecked": f"And {len(board.unchecked) - UNCHECKED} more, in rules.csv." if len(board.unchecked) > UNCHECKED else "",
        "notes": [list(note) for note in board.notes],
        "foot": f"Run {board.run}, extract of {long_date(board.as_of)}. Made by dq {board.version}. Questions: {board.contact}.",
    }


def _subtitle(board: Board) -> str:
    go_live = f", for go-live on {long_date(board.go_live)}" if board.go_live else ""
    return f"Paper for the project board: data quality of the extract of {long_date(board.as_of)}{go_live}"


def _more(board: Board) -> str:
    rest = board.gates[GATES:]
    if not rest:
        return ""
    met = sum(gate.met for gate in rest)
    return f"And {plural(len(rest), 'more gate')}: {met} met, {len(rest) - met} not met."


def _ahead_words(board: Board) -> str:
    if not board.burndown:
        return ""
    last = board.burndown[-1]
    likely = shown(last.low) if last.low == last.high else f"{shown(last.low)} to {shown(last.high)}"
    return f" Forecast for {short_date(last.day)}: {likely}."


def _service(line: ServiceLine) -> list[str]:
    return [capital(line.name), shown(line.open_children), shown(line.not_ready), line.rate, shown(line.blockers), shown(line.late)]


def _course_words(pack: UnitPack) -> str:
    rows = pack.course.rows
    if not rows:
        return ""
    first, last = rows[0], rows[-1]
    course = f"Chart: blockers to clear from {first[1]} on {first[0]}; forecast for {last[0]}: {last[2]}"
    return f"{course}. Its figures stand in the table."


def _readiness_words(weeks: Sequence[WeekLine]) -> str:
    """The chart in a sentence, for those who do not see it."""
    known = [week for week in weeks if week.share is not None]
    if not known:
        return "Chart without a point: no extract has a share of ready children that may be shown."
    first, last = known[0], known[-1]
    course = f" from {first.rate} on {short_date(first.as_of)}" if len(known) > 1 else ""
    end = f"{last.rate} on {short_date(last.as_of)}"
    return f"Chart: share of open children that are ready{course} to {end}. Its figures stand in the table."


def _blockers_words(weeks: Sequence[WeekLine]) -> str:
    first, last = weeks[0], weeks[-1]
    course = f" from {shown(first.blockers)} on {short_date(first.as_of)}" if len(weeks) > 1 else ""
    end = f"{shown(last.blockers)} on {short_date(last.as_of)}"
    return f"Chart: blockers on the list{course} to {end}. Its figures stand in the table."
