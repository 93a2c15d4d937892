"""What was done for a copy, for people and for programs; no value of a record stands here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from dq.model import VERSION
from dq.privacy.families import MOST_WEEKS
from dq.privacy.making import Copy
from dq.privacy.model import TREATMENTS, MayDiffer, Told
from dq.privacy.write import Written

README = """\
# {project}: a pseudonymised copy

Written by `dq pseudonymise`. **This is still personal data.** Numbers, names, dates and free text are replaced, but what
happened to each child, in which order, with which codes, is as it was; who knows a child's story may know it again. Share it
only with those who may see it, under an agreement, and delete it when it is no longer needed.

`dq check` on this folder gives the exceptions that it gives on the original, under surrogate numbers, but for the rules
listed in `pseudonymised.json` under `may_differ`: they name the calendar, and dates are shifted.

What became of a column:

{treatments}

Dates of a child and of all whom anything connects with it go back by the same number of whole weeks, 1 to {weeks} (forward
where they could not go back without becoming implausible). Days that systems write where they know none, such as 1900-01-01,
stay. The rows of each file stand in another order.
"""


def tell(
    making: Copy, project: str, dates: Iterable[dt.date], files: Sequence[Written], may_differ: tuple[MayDiffer, ...],
    left_out: Iterable[str], joined: int,
) -> Told:  # fmt: skip
    """Put together what was done; `joined` are families whose dates moved since the key file was written."""
    people, count, largest = making.families.sizes()
    columns = tuple(
        {"file": file, "column": column, "treatment": treatment, "cells": cells}
        for (file, column, treatment), cells in sorted(making.counted.items())
    )
    counts: dict[str, int] = {name: 0 for name in TREATMENTS}
    for (_, _, treatment), cells in making.counted.items():
        counts[treatment] += cells
    notes = sorted({f"{each.name}: {each.note}" for each in files if each.note})
    if making.surrogates.unlike:
        notes.append(f"{making.surrogates.unlike} texts have no surrogate that every rule judges alike; rules on them may differ.")
    if joined:
        notes.append(f"{joined} families are joined since the key file was written; their dates have one shift now.")
    named = tuple({"name": each.name, "written": each.now, "rows": each.rows, "rejected": each.rejected} for each in files)
    return Told(
        project, tuple(dates), named, columns, people, count, largest, may_differ, tuple(left_out), tuple(notes),
        dict(counts),
    )  # fmt: skip


def write(folder: Path, told: Told) -> None:
    """Write pseudonymised.json and README.md."""
    facts = {
        "dq": VERSION,
        "project": told.project,
        "extracts": [date.isoformat() for date in told.extracts],
        "people": told.people,
        "families": told.families,
        "largest_family": told.largest_family,
        "cells": dict(told.counts),
        "files": [dict(each) for each in told.files],
        "columns": [dict(each) for each in told.columns],
        "may_differ": [{"rule": each.rule, "because": list(each.reasons)} for each in told.may_differ],
        "left_out": list(told.left_out),
        "notes": list(told.notes),
    }
    (folder / "pseudonymised.json").write_text(
        json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )  # fmt: skip
    listed = "\n".join(f"- {name}: {words}" for name, words in TREATMENTS.items())
    text = README.format(project=told.project, treatments=listed, weeks=MOST_WEEKS)
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")


def lines(told: Told, out: Path) -> list[str]:
    """What is printed."""
    reasons: dict[str, int] = {}
    for each in told.may_differ:
        for reason in each.reasons:
            if not reason.startswith("depends on"):
                reasons[reason] = reasons.get(reason, 0) + 1
    found = [f"{told.people:,} people in {told.families:,} families; the largest has {told.largest_family:,}."]
    found += [f"  {name:8}{told.counts[name]:>12,} cells  {words}" for name, words in TREATMENTS.items()]
    found.append(f"{len(told.may_differ):,} rules may give other exceptions; pseudonymised.json lists them:")
    found += [f"  {count:>5,}  {reason}" for reason, count in sorted(reasons.items(), key=lambda each: (-each[1], each[0]))]
    found += ["Left out: " + "; ".join(told.left_out) + "."] if told.left_out else []
    found += list(told.notes)
    found += [f"Written to {out}. It is pseudonymised, not anonymous: still personal data."]
    return found
