"""What the readiness figure rests on, and what holds it back, in sentences: for the run's page and the terminal."""

from collections.abc import Iterator

from dq.report.words import number, plural
from dq.summary import RunSummary

SHOWN = 10
"""Rules listed with what clearing each alone would gain; run.json has them all."""
FEW = 8
"""Rules of a short list that are named in a sentence."""


def notes(results: RunSummary) -> Iterator[str]:
    """What was left out of the figure, or is not ready for a reason that no list shows."""
    ready = results.readiness
    for each in results.allowed:
        blockers = plural(each.exceptions, "blocker")
        by = f", approved by {each.approver}" if each.approver else ""
        yield f"{blockers} {'does' if each.exceptions == 1 else 'do'} not count: {each.because}{by}."
    if ready.allowed:
        verb = "is" if ready.allowed == 1 else "are"
        yield f"{_children(ready.allowed)} {verb} ready only because of that."
    if ready.unchecked:
        verb = "is" if ready.unchecked == 1 else "are"
        because = "a blocker rule that would have read their records could not run"
        yield f"{_children(ready.unchecked)} {verb} not ready because {because}."
    if ready.cannot_load:
        people = plural(ready.cannot_load, "person has", "people have")
        further = f"; {_children(ready.touched, 'further ')} would lose a link to one of them" if ready.touched else ""
        yield f"{people} a blocker on their own record{further}."


def gains(results: RunSummary) -> list[tuple[str, str, int, str]]:
    """Rule, title, open children that it holds back, and what clearing it alone would gain, best first."""
    whole = results.readiness.open_children
    return [
        (gain.rule, gain.title, gain.children, f"+{100 * gain.alone / whole:.1f} points" if gain.alone else "none")
        for gain in results.gains[:SHOWN]
    ]


def short_list(results: RunSummary) -> str:
    """The way to the gate on ready children in the fewest rules; blank where no gate asks, or it is met."""
    found = results.short_list
    if found is None or (not found.rules and found.reaches is not None):
        return ""
    if found.reaches is None:
        return f"The gate needs {number(found.needed)} ready children; clearing rules alone does not reach it."
    more = f" and {len(found.rules) - FEW} more" if len(found.rules) > FEW else ""
    least = "The shortest way" if found.proven else "A short way"
    rules = plural(len(found.rules), "rule")
    named = ", ".join(found.rules[:FEW])
    return f"{least} to the gate is to clear {rules}: {named}{more}. {_children(found.reaches)} would then be ready."


def _children(count: int, kind: str = "") -> str:
    return plural(count, f"{kind}open child", f"{kind}open children")
