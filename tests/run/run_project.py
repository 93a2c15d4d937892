"""A small project: two teams, a leaver, an orphan, and one fault for each rule of the pack beside this file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dq.cli import entry

PACK = Path(__file__).parent / "pack"

TABLES = {
    "person": """person_id,surname,date_of_birth,score,weight,active,seen_at
A,Canaryfictionson,2015-03-01,4,20.5,Y,2026-10-01 10:30
B,,2016-04-01,7,,N,
C,Whitlow,2017-05-01,,,,
D,Marsh,2017-13-01,,,,
""",
    "plan": """plan_id,person_id,start_date,end_date
P1,A,2026-01-01,
P2,B,2026-01-01,
P3,C,2026-03-01,2026-02-01
P4,D,2026-03-01,
P5,D,2026-03-01,2026-04-01
""",
    "visit": """visit_id,plan_id,worker_id,visit_date,note
V1,P1,W1,2026-01-05,
V2,P1,W1,2026-03-05,Canaryfictionson was at home
V3,P2,W3,2026-01-05,
V4,P9,W9,2026-01-05,
V5,P3,W2,2026-03-09,
""",
    "worker": """worker_id,name,team_id,left_date
W1,Rowan Canaryfictionson,T1,
W2,Sky Tester,T2,
W3,Gone Away,T2,2026-02-01
""",
    "team": "team_id,name\nT1,North\nT2,South\n",
    "allocation": """allocation_id,person_id,worker_id,team_id,start_date,end_date,main
L1,A,W1,T1,2026-01-01,,Y
L2,B,W3,T2,2026-01-01,,Y
L3,C,W2,T2,2026-01-01,,Y
L4,C,W1,T1,2026-06-01,,N
""",
}
CANARY = "Canaryfictionson"

DQ_YAML = f"""project: Small to large
packs: ["{PACK.as_posix()}"]
go_live: 2027-03-01
gates: ["blockers == 0", "ready_children >= 98%", "completeness >= 0.95"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's folder, with two extracts; A's date of birth differs in the earlier one."""
    return make(tmp_path / "project")


def make(folder: Path) -> Path:
    """Write the project into a folder."""
    for date in ("2026-10-26", "2026-11-02"):
        extract = folder / "extracts" / date
        extract.mkdir(parents=True)
        for name, text in TABLES.items():
            (extract / f"{name}.csv").write_text(text, encoding="utf-8")
    earlier = folder / "extracts" / "2026-10-26" / "person.csv"
    earlier.write_text(TABLES["person"].replace("2015-03-01", "2015-03-02"), encoding="utf-8")
    (folder / "dq.yaml").write_text(DQ_YAML, encoding="utf-8")
    return folder


@pytest.fixture
def dq() -> Callable[..., Result]:
    """Run the command line as `dq.cli.main` does; a fault that is not the user's is raised."""
    return invoke


def invoke(*arguments: object) -> Result:
    """Run the command line."""
    result = CliRunner().invoke(entry, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
