"""What the draft rules say that they would find today, held against what a check with them finds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dq import request, run
from dq.profile import write
from dq.profile.draft_rules import drafts, rule_id
from dq.profile.model import Profile


def differences(profile: Profile, out: Path) -> tuple[list[str], int]:
    """Rules whose counts differ, in words, and how many failing records there were in all; `out` gets the drafts."""
    out.mkdir(exist_ok=True)
    write(profile, out)
    wanted = request.of_path(profile.folder, pack=str(out), as_of=dt.date(2026, 11, 2))
    with run.execute(wanted) as finished:
        found = {one.rule: one for one in finished.summary.rules}
    wrong: list[str] = []
    failing = 0
    for table in profile.tables:
        for place, draft in enumerate(drafts(profile, table), 1):
            one = found[rule_id(table, place)]
            failing += draft.failing
            if (one.failing, one.assessed) != (draft.failing, draft.assessed):
                wrong.append(
                    f"{one.rule} {draft.check}: said {draft.failing} of {draft.assessed}, found {one.failing} of {one.assessed}"
                )
        said = sum(column.failing for column in table.columns)
        typed = found.get(f"type.{table.name}")
        if (typed.failing if typed else 0) != said:
            wrong.append(f"type.{table.name}: said {said}, found {typed.failing if typed else 0}")
    return wrong, failing
