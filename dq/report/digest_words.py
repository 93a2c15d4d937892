"""A digest in words: the verdict first, then tables of counts with a heading each, then where to look.

For the board (`whole`) no count of 1 to 4 is shown, nor any that one of those can be worked out from.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dq.model import SEVERITIES
from dq.report.digest_facts import Digest, Flow, GateLine, Part, Share
from dq.report.words import capital, long_date, percent, plural, team_title
from dq.suppression import FEWER, HIDDEN, Shown, Sum, is_small, protect

MOST_TEAMS = 25

CHANGES: tuple[tuple[str, str], ...] = (
    ("new", "New"),
    ("reopened", "Back again, after they were cleared"),
    ("seen_again", "Found again, after they had left the list otherwise"),
    ("came", "Handed over from other teams"),
    ("cleared", "Cleared"),
    ("went", "Handed over to other teams"),
    ("left", "Record no longer in the extract"),
    ("rule_changed", "No longer asked for, because a rule changed"),
    ("not_checked", "Could not be checked this time"),
)
UP = ("new", "reopened", "seen_again", "came")
DOWN = ("cleared", "went", "left", "rule_changed", "not_checked")
SEVERITY = {
    "blocker": "Blockers: will not load, or would load onto the wrong child",
    "major": "Major: would load, but wrong or unusable",
    "minor": "Minor: untidy",
}
ASIDE = {
    "waived": "Waived for a while",
    "disputed": "Disputed: the rule is said to be wrong",
    "transform on the way": "To be put right on the way",
    "fix after go-live": "To be put right after go-live",
    "accept": "Accepted as they are",
    "do not migrate": "Not to be migrated",
}


@dataclass(frozen=True)
class Line:
    """A label and what stands beside it; `sign` is `+` or `-` where it is a change of a total."""

    label: str
    value: str
    sign: str = ""


@dataclass(frozen=True)
class Table:
    """A table of lines; or, with `head`, of rows of several columns, the first a name."""

    title: str
    lines: tuple[Line, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Said:
    """A part in words. `short` is what a subject line says of it."""

    heading: str
    verdict: str
    short: str
    tables: tuple[Table, ...]
    where: tuple[str, ...]


def say(part: Part, digest: Digest) -> Said:
    """All that is said of one unit."""
    counts = _Counts(part)
    tables = [
        *_flow_table(part, digest, counts),
        *_list_table(part, counts),
        *_ready_table(part, digest, counts),
        *_gate_table(part, digest),
        *_ahead_table(part, counts),
        *_other_table(part, digest, counts),
        *_team_table(part),
    ]
    return Said(_heading(part), verdict(part, digest, counts), _short(part, counts), tuple(tables), part.where)


class _Counts:
    """What may be shown of each count of a part."""

    def __init__(self, part: Part) -> None:
        cells: dict[Hashable, int] = {"after": part.total, **{word: part.open[word] for word in SEVERITIES}}
        sums = [Sum("after", SEVERITIES)]
        if part.flow is not None:
            flow = vars(part.flow)
            cells |= {word: flow[word] for word in ("before", "stayed", *UP, *DOWN, "new_by_rule", "waiver_ended")}
            cells["new_by_data"] = part.flow.new - part.flow.new_by_rule
            sums += [Sum("after", ("stayed", *UP)), Sum("before", ("stayed", *DOWN)), Sum("new", ("new_by_rule", "new_by_data"))]
        on_list = part.on_list
        cells |= {"to_do": on_list.to_do, "overdue": on_list.overdue, "waiting": on_list.waiting, "ending": on_list.waivers_ending}
        cells |= {f"aside {word}": number for word, number in on_list.aside.items()}
        if on_list.to_do + sum(on_list.aside.values()) == part.total:
            sums.append(Sum("after", ("to_do", *(f"aside {word}" for word in on_list.aside))))
        for name, share in (("ready", part.ready), ("ready before", part.ready_before)):
            if share is not None:
                cells |= {name: share.part, f"{name} not": share.whole - share.part, f"{name} of": share.whole}
                sums.append(Sum(f"{name} of", (name, f"{name} not")))
        kept = ("after", "before", "ready of", "ready before of")
        self.cells = cells
        self.shown: Mapping[Hashable, Shown] = protect(cells, sums, kept) if part.level == "whole" else {**cells}

    def __getitem__(self, name: str) -> str:
        value = self.shown[name]
        return f"{value:,}" if isinstance(value, int) else value

    def said(self, name: str) -> bool:
        """Whether there is something to say: a zero that is hidden is."""
        return self.shown.get(name, 0) != 0

    def words(self, name: str, one: str, many: str = "") -> str:
        value = self.shown[name]
        if isinstance(value, int):
            return plural(value, one, many)
        return f"fewer than 5 {many or one + 's'}" if value == FEWER else f"some {many or one + 's'}"

    def share(self, name: str) -> str:
        part, whole = self.shown[name], self.shown[f"{name} of"]
        return percent(part, whole) if isinstance(part, int) and isinstance(whole, int) else str(HIDDEN)


def _heading(part: Part) -> str:
    """Whose figures these are: teams are named, people (a head, a director) are not."""
    if part.level == "whole":
        return "The whole council"
    if part.level == "data team":
        return "All teams"
    if part.level == "team":
        return team_title(part.unit)
    if part.level == "service":
        return f"Service {part.unit}"
    named = ", ".join(part.teams[:3])
    return f"Teams {named}" + (f" and {len(part.teams) - 3} more" if len(part.teams) > 3 else "") if named else "No team"


def verdict(part: Part, digest: Digest, counts: _Counts) -> str:
    """What matters, in a sentence or two."""
    open_now = f"{counts.words('after', 'exception')} {'is' if part.total == 1 else 'are'} open"
    if not part.total:
        open_now = "No exception is open"
    if part.flow is not None and part.flow.moved and counts["before"] != HIDDEN:
        open_now += f" ({counts['before']} before)"
    if not part.total:
        pass
    elif counts.said("blocker"):
        open_now += f", {counts['blocker']} of them blockers" if counts["blocker"] != HIDDEN else ", blockers among them"
    else:
        open_now += ", no blocker among them"
    sentences = []
    if part.gates:
        met = sum(gate.met for gate in part.gates)
        sentences.append(f"{met} of {plural(len(part.gates), 'gate')} {'is' if met == 1 else 'are'} met.")
    change = _change(part.flow, digest, counts)
    sentences.append(f"{change} {open_now}." if change else f"{open_now}.")
    if counts.said("overdue") and counts["overdue"] != HIDDEN:
        sentences.append(f"{capital(counts['overdue'])} {'is' if counts['overdue'] == '1' else 'are'} overdue.")
    return " ".join(sentences)


def _change(flow: Flow | None, digest: Digest, counts: _Counts) -> str:
    if flow is None or digest.since is None:
        return ""
    if not flow.moved:
        return f"Nothing has changed since the extract of {long_date(digest.since)}."
    came = [f"{counts[word]} {name}" for word, name in (("new", "new"), ("reopened", "back again"), ("came", "handed over to you"),
            ("cleared", "cleared")) if counts.said(word) and counts[word] != HIDDEN]  # fmt: skip
    return f"{capital(', '.join(came))}." if came else f"There were changes since the extract of {long_date(digest.since)}."


def _short(part: Part, counts: _Counts) -> str:
    blockers = f"{counts['blocker']} blockers" if counts["blocker"] != "1" else "1 blocker"
    if counts["blocker"] == HIDDEN:
        blockers = "blockers"
    open_now = f"{counts['after']} open" + (f" ({blockers})" if counts.said("blocker") else "")
    if part.flow is None:
        return open_now
    if not part.flow.moved:
        return f"nothing changed, {open_now}"
    moved = [f"{counts[word]} {word}" for word in ("new", "cleared") if counts[word] not in (HIDDEN, "0")]
    return ", ".join([*moved, open_now])


def _flow_table(part: Part, digest: Digest, counts: _Counts) -> Iterator[Table]:
    severities = [Line(SEVERITY[word], counts[word]) for word in SEVERITIES if counts.said(word)]
    if part.flow is None or digest.since is None or not part.flow.moved:
        yield Table("Open exceptions", (Line("Open now", counts["after"]), *severities))
        return
    lines = [Line(f"Open on {long_date(digest.since)}", counts["before"])]
    for word, label in CHANGES:
        if counts.said(word):
            lines.append(Line(label, counts[word], "+" if word in UP else "-"))
        if word == "new" and counts.said("new_by_rule") and counts["new_by_rule"] != HIDDEN:
            lines[-1] = Line(f"{label} ({counts['new_by_rule']} because a rule is new or changed)", counts[word], "+")
    lines.append(Line(f"Open on {long_date(digest.as_of)}", counts["after"]))
    yield Table("What changed", tuple(lines))
    if severities:
        yield Table("Open now, by severity", tuple(severities))


def _list_table(part: Part, counts: _Counts) -> Iterator[Table]:
    lines = [
        Line(label, counts[word])
        for word, label in (
            ("to_do", "To do"),
            ("overdue", "Overdue, of these"),
            ("waiting", "Answered, and waiting for others, of these"),
        )
        if counts.said(word)
    ]
    lines += [Line(ASIDE[word], counts[f"aside {word}"]) for word in ASIDE if counts.said(f"aside {word}")]
    if part.flow is not None and counts.said("waiver_ended"):
        lines.append(Line("Waiver ended since then: to do again", counts["waiver_ended"]))
    if counts.said("ending"):
        lines.append(Line("Waiver ends within the period", counts["ending"]))
    if part.lists:
        of = "" if part.lists == 1 else f" of {part.lists}"
        lines.append(Line("Lists given out from which no answer has come", f"{part.unanswered}{of}"))
    if part.asked:
        lines.append(Line("Put to the data team: disputed, not ours, need help, to transform", f"{part.asked:,}"))
    if lines:
        yield Table("On the lists", tuple(lines))


def _ready_table(part: Part, digest: Digest, counts: _Counts) -> Iterator[Table]:
    def line(label: str, name: str, share: Share) -> Line:
        return Line(label, ("at most " if share.at_most else "") + counts.share(name))

    if part.ready is None:
        return
    lines = []
    if part.ready_before is not None and digest.since is not None:
        lines.append(line(f"On {long_date(digest.since)}", "ready before", part.ready_before))
    lines.append(line(f"On {long_date(digest.as_of)}", "ready", part.ready))
    yield Table("Open children whose whole record is free of blockers", tuple(lines))


def _gate_table(part: Part, digest: Digest) -> Iterator[Table]:
    if part.gates:
        yield Table("Gates", tuple(Line(_gate(gate), _judged(gate)) for gate in part.gates))


def _gate(gate: GateLine) -> str:
    return gate.title + (f" (by {gate.needed_by})" if gate.needed_by and gate.needed_by != "go-live" else "")


def _judged(gate: GateLine) -> str:
    word = "met" if gate.met else "not met"
    if gate.met_before is None or gate.met_before == gate.met:
        return word
    return f"{word} now; it was {'met' if gate.met_before else 'not met'}"


def _ahead_table(part: Part, counts: _Counts) -> Iterator[Table]:
    """What is to be expected. For the board small numbers are said as elsewhere, and no range where today's blockers are hidden."""
    ahead = part.ahead
    if ahead is None:
        return
    low, high = (FEWER if part.level == "whole" and is_small(each) else f"{each:,}" for each in (ahead.low, ahead.high))
    lines = []
    if counts["blocker"] not in (FEWER, HIDDEN):
        lines.append(Line("Blockers likely to be left", low if low == high else f"{low} to {high}"))
    if ahead.chances:
        lines += [Line(f"Chance that this gate is met: {title}", chance) for title, chance in ahead.chances]
    else:
        lines.append(Line("Chance that none is left", ahead.chance))
    lines.append(Line("To be 90 % sure that none is left", ahead.takes))
    yield Table(f"Forecast for go-live on {long_date(ahead.day)}", tuple(lines))


def _other_table(part: Part, digest: Digest, counts: _Counts) -> Iterator[Table]:
    found = (
        (part.rules_not_run, "Rules that could not run"),
        (part.rules_changed if part.flow is not None else 0, "Rules that are new, changed or gone since then"),
        (part.actions_late, "Actions that are late"),
        (part.actions_due, "Actions due within the period"),
    )
    lines = [Line(label, f"{number:,}") for number, label in found if number]
    if part.measures_judged:
        lines.insert(0, Line("Measures that miss their target", f"{part.measures_missed} of {part.measures_judged}"))
    if lines:
        yield Table("Measures, actions and rules", tuple(lines))


def _team_table(part: Part) -> Iterator[Table]:
    if len(part.by_team) < 2:
        return
    rows = tuple(
        (
            team_title(each.team),
            *(f"{number:,}" for number in (each.after, each.blockers, each.came_up, each.cleared, each.overdue)),
        )
        if part.flow is not None
        else (team_title(each.team), *(f"{number:,}" for number in (each.after, each.blockers, each.overdue)))
        for each in part.by_team[:MOST_TEAMS]
    )
    head = ("Team", "Open", "Blockers", "New and back", "Cleared", "Overdue")
    more = len(part.by_team) - MOST_TEAMS
    note = f"And {plural(more, 'team')} more: dq counts." if more > 0 else ""
    yield Table("By team", head=head if part.flow is not None else ("Team", "Open", "Blockers", "Overdue"), rows=rows, note=note)


def opening(digest: Digest) -> Iterator[str]:
    """What must be said before all figures."""
    for day in digest.taken_back:
        again = day == digest.as_of
        what = "was taken back and checked again" if again else "was taken back: what it said does not hold"
        yield f"The check of the extract of {long_date(day)}, of which an earlier digest told, {what}."
    if digest.first and digest.since is not None:
        yield f"This is the first digest; it compares with the extract of {long_date(digest.since)}."
    elif digest.first:
        yield "This is the first digest: there is nothing to compare with yet."


def names(parts: Iterable[Said]) -> str:
    """What a subject line says of all parts."""
    said = list(parts)
    return said[0].short if len(said) == 1 else f"{len(said)} units"
