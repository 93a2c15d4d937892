"""The second page: what the figures mean, and what was not checked."""

from __future__ import annotations

from collections.abc import Iterator

from dq.papers import gains
from dq.papers.cells import Cells
from dq.papers.facts import OLD, Facts
from dq.papers.words import service_title, weeks
from dq.report.words import plural


def notes(facts: Facts, found: Cells) -> Iterator[tuple[str, str]]:
    """Heading and text, in the order of the page."""
    yield (
        "Ready",
        "A child is ready when no record of theirs, in any table and with any team, has a blocker: a fault with which the record "
        "will not load into the new system, or loads onto the wrong child. Only open children are counted. Ready does not mean "
        "true: a visit that was never recorded leaves no trace that a rule could find.",
    )
    children = facts.children.get(facts.run.run)
    if children is not None and children.at_most:
        yield (
            "At most",
            "Something was found that could not be counted against any child, or a blocker rule could not run. The true figure can "
            "only be lower.",
        )
    yield (
        "Gates",
        "A gate is a condition for go-live that the board set; advice decides nothing. What could not be measured is not met. "
        "Percentages are rounded down, so 100.0 % is only said of all.",
    )
    yield (
        "Forecast",
        "From the runs so far the weeks to come are played 2,000 times, each time a little differently. It assumes that "
        "things go on as they did, the last weeks above all, that new exceptions keep coming, and that rules change again. It "
        "knows no holidays and no decision of the board. No chance is called 0 or 100 %. The band in the chart of blockers holds "
        "eight of ten courses; blockers of a rule that did not run count in it as still there.",
    )
    way = gains.named(facts)
    if facts.gains:
        yield (
            "What would help most",
            "A rule gains the open children whom it alone holds back: they would be ready if its exceptions alone were cleared; "
            "points are their share of all open children. Rules that gain fewer than five are not listed. The shortest way is the "
            "fewest rules that reach the gate when all their exceptions are cleared, in an order to work in."
            + (f" Its rules: {way}." if way else ""),
        )
    yield (
        "Services",
        "Children stand with the service of their team, blockers with the service whose records they are, what is late with the "
        f"service on whose list it is. {service_title('unallocated')}: the child has no worker now. Leavers: the record's worker "
        "has left. Data team: faults that belong to no team, such as a key that two records share.",
    )
    if found.merged:
        names = ", ".join(service_title(name) for name in found.merged)
        yield "Other services", f"One line stands for these: {names}."
    yield (
        "Late",
        "Exceptions that a team is to put right and that are past their date: so many days after the extract that brought them, by "
        "severity. What is waived, disputed or waits for an answer of the data team is not late.",
    )
    yield (
        "Accepted risks",
        "What stays as it is, or is put right later, and who allowed it. A waiver has a last day; from then on its exceptions "
        "count again. Reasons are kept in the store (dq waive, dq audit) and are not repeated here, for they may speak of a child."
        + (_since(facts, found)),
    )
    yield (
        "Decisions asked for",
        f"They follow from the figures alone. Disputes and ended waivers are named after {weeks(OLD)}. They are gone from the page "
        "when they are decided.",
    )
    yield (
        "Small numbers",
        'Counts of 1 to 4 are shown as "fewer than 5". Others are "not shown" where a small one could be worked out from them. '
        "Zero is shown. No record number and no name of a child stands in this paper.",
    )
    yield "Not checked", " ".join(_unchecked(facts))


def _since(facts: Facts, found: Cells) -> str:
    gate = next((each for each in facts.gates if each.measure == "blockers" and not each.per), None)
    settled = ("gate", "blockers") not in found.shown or found["gate", "blockers"] == found["blockers",]
    if gate is None or settled or ("allowed blockers",) in found.shown:
        return ""
    return " Waivers that were given or taken back after the check count from the next one."


def _unchecked(facts: Facts) -> Iterator[str]:
    stopped = [rule for rule in facts.rules if not rule.ran]
    doubtful = [rule for rule in facts.rules if rule.ran and rule.reason.startswith(("Less than half", "No record in scope could"))]
    idle = [rule for rule in facts.rules if rule.ran and rule.reason.startswith("No record was in scope")]
    absent = [rule for rule in facts.rules if rule.ran and rule.reason.startswith("The extract has no")]
    if stopped:
        yield f"{plural(len(stopped), 'rule')} could not run; what they would have found is unknown and never counts as passed."
    else:
        yield f"Every one of {plural(len(facts.rules), 'rule')} ran."
    if doubtful:
        yield f"{plural(len(doubtful), 'rule')} could not be decided for half or more of their records: what they need is blank."
    if idle:
        yield f"{plural(len(idle), 'rule')} found no record to look at."
    if absent:
        yield f"{plural(len(absent), 'rule')} had no table to look at."
    yield (
        "No run checks whether a record is true, whether two records with different numbers and names are one child, or whether "
        "the new system's load does what its supplier says."
    )
