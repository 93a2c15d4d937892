"""Projects whose runs are made up, with figures, gates and units: what `dq check` would leave in the store, in milliseconds."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from dq.cli import entry
from dq.lifecycle import Presence
from dq.organisation import Unit
from dq.store import database, record
from dq.store.record import FigureFacts, InputFacts, JudgementFacts, RuleFacts, RunFacts, SeenRow

PACK = Path(__file__).resolve().parents[1] / "small"
START = dt.date(2026, 9, 28)
CANARY = "CANARY-4711"
NOBODY = tuple(Unit(word, word, word, word) for word in ("unallocated", "leavers", "data team"))


@dataclass(frozen=True)
class Lot:
    """So many exceptions of a team, alike; `first` numbers them, so that the same ones can be found again."""

    team: str
    severity: str
    number: int
    first: int = 0
    rule: str = "VIS-001"

    @property
    def rows(self) -> list[SeenRow]:
        place = f"{self.team}{self.severity}{self.rule}"
        ids = [f"{abs(hash_of(place)) % 0xFFFF:04x}{self.first + n:08x}" for n in range(self.number)]
        return [(each, self.rule, "visit", f"{CANARY} {each}", "record", self.team, CANARY, self.severity) for each in ids]


def hash_of(text: str) -> int:
    """The same in every process."""
    return sum((place + 1) * 257 * ord(letter) for place, letter in enumerate(text))


@dataclass
class Project:
    """A project's folder; `run` records a check of the next week's extract."""

    folder: Path
    settings: str = "go_live: 2027-03-01\n"
    store: str | None = None
    weeks: int = 0
    results: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        store = f"store: {self.store}\n" if self.store is not None else ""
        yaml = f"project: Testshire\npacks: ['{PACK.as_posix()}']\n{store}{self.settings}"
        (self.folder / "dq.yaml").write_text(yaml, encoding="utf-8")

    def run(
        self, lots: Sequence[Lot], children: Mapping[str, tuple[int, int]], units: Sequence[Unit], *,
        gates: Sequence[JudgementFacts] | None = None, stopped: Sequence[str] = (), allowed: int = 0, at_most: bool = False,
        presence: Presence = "present", more: Sequence[FigureFacts] = (),
    ) -> dt.date:  # fmt: skip
        """`children` gives of each service (open, ready); `stopped` names rules that did not run, `more` are further figures."""
        day = START + dt.timedelta(weeks=self.weeks)
        self.weeks += 1
        results = self.folder / "reports" / f"{day}-1"
        results.mkdir(parents=True)
        self.results.append(results)
        seen = sorted(row for lot in lots for row in lot.rows)
        blockers = sum(row[7] == "blocker" for row in seen)
        whole, ready = (sum(each[place] for each in children.values()) for place in (0, 1))
        if gates is None:
            gates = [count_gate("blockers", blockers), share_gate("ready_children", ready, whole, 0.98)]
        names = sorted({row[1] for row in seen} | {"VIS-001", *stopped})
        rules = [
            RuleFacts(
                each, "visit", f"Title of {each}", "blocker", "validity", each not in stopped,
                "It took longer than its time limit." if each in stopped else "", "a",
            )
            for each in names
        ]  # fmt: skip
        figures = [
            *(_share("ready_children", "service", unit, part, all_of_them) for unit, (all_of_them, part) in children.items()),
            _share("ready_children", "whole", "", ready, whole),
            FigureFacts("readiness", "allowed", "whole", "", None, None, float(allowed)),
            FigureFacts("readiness", "at_most", "whole", "", None, None, float(at_most)),
            *more,
        ]
        facts = RunFacts(
            day, dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC), "tester", "small", "0", results.relative_to(self.folder).as_posix(),
            tuple(rules), (InputFacts("visit.csv", "visit", 9, f"week {self.weeks}"),), f"{self.weeks}", (*units, *NOBODY),
            tuple(figures), tuple(gates),
        )  # fmt: skip
        with database.opened(self.folder, self.store) as connection:
            record.record(connection, facts, seen, lambda rows: {row[0]: presence for row in rows})
        return day

    def dq(self, *arguments: object, code: int = 0) -> Result:
        """Run a command on the project; it must end with the code."""
        given = [str(each) for each in arguments]
        result = CliRunner().invoke(entry, [given[0], "--project", str(self.folder), *given[1:]])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result


def _share(name: str, level: str, unit: str, part: int, whole: int) -> FigureFacts:
    return FigureFacts("readiness", name, level, unit, part, whole, part / whole if whole else None)


def gain(rule: str, alone: int, whole: int) -> FigureFacts:
    return FigureFacts("readiness", "gain", "rule", rule, alone, whole, alone / whole)


def way(rules: Sequence[str], needed: int, reaches: int | None) -> list[FigureFacts]:
    """The shortest way to the gate, as `dq check` keeps it."""
    found = [FigureFacts("readiness", "short list", "whole", "", reaches, needed, 1.0)]
    return found + [FigureFacts("readiness", "short list", "rule", each, None, None, place) for place, each in enumerate(rules, 1)]


def count_gate(measure: str, measured: int, needed: int = 0) -> JudgementFacts:
    met = measured == needed
    return JudgementFacts(f"{measure} == {needed}", measure, "whole", "", measured, needed, met, "blocker", "", "", measure, "==")


def share_gate(measure: str, part: int, whole: int, needed: float) -> JudgementFacts:
    measured = part / whole if whole else None
    met = measured is not None and measured >= needed
    reason = "" if whole else "It could not be measured: nothing was assessed."
    words = (f"{measure} >= {needed}", measure, "whole", "")
    return JudgementFacts(*words, measured, needed, met, "blocker", "", reason, measure, ">=")


def units(services: Mapping[str, Sequence[str]]) -> list[Unit]:
    """Teams by service."""
    return [Unit(team, service, "Hope Head", "Dana Director") for service, teams in services.items() for team in teams]


def totals(lots: Sequence[Lot], severity: str) -> Counter[str]:
    """Exceptions of a severity by team."""
    found: Counter[str] = Counter()
    for lot in lots:
        if lot.severity == severity:
            found[lot.team] += lot.number
    return found
