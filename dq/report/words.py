"""Figures in words, the same in every report.

Percentages are rounded down, so that "100.0 %" is only ever said of all.
"""

from datetime import date

from dq.summary import Gate, TableNote

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
    """The gate in words, or its criterion when it has none."""
    return gate.title or gate.criterion


def gate_needed(gate: Gate) -> str:
    """What the gate asks for: "at least 98.0 %", "none"."""
    if gate.comparison == "==" and gate.needed == 0 and not gate.share:
        return "none"
    return COMPARISONS[gate.comparison].format(share(gate.needed) if gate.share else number(gate.needed))


def gate_measured(gate: Gate) -> str:
    """What was measured, "none" for no exception, "not measured" when it could not be."""
    if gate.measured is None:
        return "not measured"
    if gate.share:
        return share(gate.measured)
    return "none" if gate.measured == 0 else number(gate.measured)
