"""Figures in words, the same in every report.

Percentages are rounded down, so that "100.0 %" is only ever said of all.
"""

from datetime import date

from dq.criteria import UNIT_WORDS
from dq.summary import Gate, TableNote, UnitGate

SEVERITY_MEANING = {
    "blocker": "will not load into the new system, or would load onto the wrong child",
    "major": "would load, but wrong or unusable for care or for a statutory return",
    "minor": "untidy; does no harm on the day",
}

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

TEAM_TITLES = {"unallocated": "Unallocated", "leavers": "Leavers", "data team": "Data team"}

COMPARISONS = {
    "==": "exactly {}", "!=": "other than {}", ">=": "at least {}", "<=": "at most {}",
    ">": "more than {}", "<": "less than {}",
}  # fmt: skip


def long_date(day: date) -> str:
    """A date as it is spoken: 5 May 2026. Not strftime, whose months follow the machine's language."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def number(value: float) -> str:
    """A count with thousands separated; at most two decimals where there are any."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 rule`, `2 rules`, `0 children`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def percent(part: int, whole: int) -> str:
    """`part` of `whole`, rounded down to a tenth; "none to count" for an empty whole."""
    if whole == 0:
        return "none to count"
    if 0 < part * 1000 < whole:
        return "under 0.1 %"
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10} %"


def share(rate: float | None) -> str:
    """A share from 0 to 1 as a percentage, rounded down to a tenth; "not assessed" for None."""
    if rate is None:
        return "not assessed"
    return percent(round(rate * 10**9), 10**9)


def capital(text: str) -> str:
    """The text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def table_title(table: str, tables: tuple[TableNote, ...]) -> str:
    """What people call a table; its own name when nothing better is known."""
    for note in tables:
        if note.table == table and note.title:
            return note.title
    return capital(table.replace("_", " ")) if table else "(whole extract)"


def team_title(team: str) -> str:
    """A team's name; our own names for what has no team begin with a capital."""
    return TEAM_TITLES.get(team.casefold(), team)


def gate_title(gate: Gate) -> str:
    """The gate in words, or its criterion when it has none; one that is judged for each unit says so."""
    title = gate.title or gate.criterion
    return f"{title}, for each {UNIT_WORDS[gate.per][0]}" if gate.per in UNIT_WORDS else title  # type: ignore[index]


def gate_needed(gate: Gate) -> str:
    """What the gate asks for: "at least 98.0 %", "none, 3 runs in a row"."""
    if gate.comparison == "==" and gate.needed == 0 and not gate.share:
        text = "none"
    else:
        text = COMPARISONS[gate.comparison].format(share(gate.needed) if gate.share else number(gate.needed))
    return f"{text}, {gate.runs} runs in a row" if gate.runs > 1 else text


def gate_measured(gate: Gate) -> str:
    """What was measured, "none" for no exception, "not measured" when it could not be; of units, how many meet it."""
    if gate.units and gate.per in UNIT_WORDS:
        good = len(gate.units) - len(gate.failing)
        return f"met by {number(good)} of {plural(len(gate.units), *UNIT_WORDS[gate.per])}"  # type: ignore[index]
    return measured(gate.measured, as_share=gate.share)


def measured(value: float | None, *, as_share: bool) -> str:
    """A measured value in words."""
    if value is None:
        return "not measured"
    if as_share:
        return share(value)
    return "none" if value == 0 else number(value)


def gate_notes(gate: Gate, most: int = 0, *, days: bool = True) -> list[str]:
    """What stands below a gate: why it is not met, the units that do not meet it (`most` of them, 0 for all), owner, last day."""
    notes = [gate.reason] if gate.reason else []
    if gate.failing and not gate.reason.endswith("could not run."):
        shown = gate.failing[:most] if most else gate.failing
        more = f"; and {len(gate.failing) - len(shown)} more" if len(gate.failing) > len(shown) else ""
        notes.append("; ".join(unit_failing(gate, each) for each in shown) + more + ".")
    if gate.owner:
        notes.append(f"Owner: {gate.owner}.")
    if days and gate.by and gate.by_name != "go-live":
        notes.append(f"Needed by {long_date(gate.by)}{f' ({gate.by_name})' if gate.by_name else ''}.")
    return notes


def unit_failing(gate: Gate, each: UnitGate) -> str:
    """A unit and what was measured of it."""
    value = measured(each.measured, as_share=gate.share)
    return f"{unit_title(gate.per, each.unit)}: {value}"


def unit_title(level: str, unit: str) -> str:
    """What a unit of the organisation is called; teams of which nothing is known have one without a name."""
    return team_title(unit) if unit else f"(no {level} known)"
