"""Write a large CIN census as XML, read it, check it, and assert that memory stays below 1 GB.

    python tests/benchmarks/returns.py --megabytes 500 --check --write docs/performance.md

A child of this process reads the file into tables and is measured; with `--check` another one is `dq check` from start to end.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

import measure  # noqa: E402

LIMIT = 1000.0
MEMORY = "400MB"
CHILD = """    <Child>
      <ChildIdentifiers>
        <LAchildID>CH{n:09}</LAchildID>
        <UPN>A{n:012}</UPN>
        <PersonBirthDate>20{y:02}-0{m}-1{m}</PersonBirthDate>
        <Sex>F</Sex>
      </ChildIdentifiers>
      <ChildCharacteristics>
        <Ethnicity>WBRI</Ethnicity>
        <Disabilities>
          <Disability>HAND</Disability>
          <Disability>HEAR</Disability>
        </Disabilities>
      </ChildCharacteristics>
      <CINdetails>
        <CINreferralDate>2025-0{m}-02</CINreferralDate>
        <ReferralSource>1A</ReferralSource>
        <PrimaryNeedCode>N4</PrimaryNeedCode>
        <ReferralNFA>false</ReferralNFA>
        <Assessments>
          <AssessmentActualStartDate>2025-0{m}-03</AssessmentActualStartDate>
          <AssessmentAuthorisationDate>2025-0{m}-28</AssessmentAuthorisationDate>
          <FactorsIdentifiedAtAssessment>
            <AssessmentFactors>1A</AssessmentFactors>
            <AssessmentFactors>2B</AssessmentFactors>
            <AssessmentFactors>3C</AssessmentFactors>
          </FactorsIdentifiedAtAssessment>
        </Assessments>
        <Section47>
          <S47ActualStartDate>2025-0{m}-04</S47ActualStartDate>
          <InitialCPCtarget>2025-0{m}-25</InitialCPCtarget>
          <DateOfInitialCPC>2025-0{m}-20</DateOfInitialCPC>
          <ICPCnotRequired>false</ICPCnotRequired>
        </Section47>
        <ChildProtectionPlans>
          <CPPstartDate>2025-0{m}-20</CPPstartDate>
          <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>
          <LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>
          <NumberOfPreviousCPP>0</NumberOfPreviousCPP>
          <Reviews>
            <CPPreviewDate>2025-1{r}-15</CPPreviewDate>
          </Reviews>
        </ChildProtectionPlans>
      </CINdetails>
    </Child>
"""
HEAD = """<?xml version="1.0" encoding="utf-8"?>
<Message>
  <Header>
    <CollectionDetails><Collection>CIN</Collection><Year>2026</Year><ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails>
    <Source><SourceLevel>L</SourceLevel><LEA>201</LEA></Source>
  </Header>
  <Children>
"""
READ = """
import json, sys
from pathlib import Path
from tempfile import TemporaryDirectory
from dq import contract
from dq.engines.duckdb import connect
from dq.ingest import find, load
rules = contract.load(Path(sys.argv[1]))
with TemporaryDirectory() as work:
    connection = connect(Path(work), memory=sys.argv[3])
    load(connection, rules, find(Path(sys.argv[2]), rules).inputs)
    rows = dict(connection.execute("select table_name, rows_loaded from input_file").fetchall())
    lines = connection.execute("select max(source_row) from Reviews").fetchone()[0]
    findings = connection.execute("select count(*) from ingest_finding").fetchone()[0]
print(json.dumps({"rows": rows, "line": lines, "findings": findings}))
"""


def write(path: Path, size: int) -> int:
    """Write a census of at least `size` bytes; returns how many children it has."""
    children = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(HEAD)
        while file.tell() < size:
            file.write("".join(CHILD.format(n=n, y=8 + n % 16, m=1 + n % 9, r=n % 3) for n in range(children, children + 1000)))
            children += 1000
        file.write("  </Children>\n</Message>\n")
    return children


def _check(path: Path, out: Path) -> measure.Child:
    arguments = ["-m", "dq", "check", path, "--pack", "cin", "--out", out, "--no-workbooks", "--memory", MEMORY, "--quiet"]
    child = measure.run(arguments, codes=(0, 1))
    inputs = json.loads((out / "run.json").read_text(encoding="utf-8"))["inputs"]
    assert inputs and all(row["rows_read"] == row["rows_loaded"] for row in inputs)
    return child


def main() -> None:
    """Write, read, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--check", action="store_true", help="measure dq check from start to end, too")
    parser.add_argument("--write", type=Path, help="page to write the figures into")
    wanted = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cin.xml"
        children = write(path, wanted.megabytes * 1_000_000)
        read = measure.run(["-c", READ, ROOT / "rules" / "cin", path, MEMORY])
        per_child = {"Disabilities": 2, "AssessmentFactorsList": 3, "Header": 0, "CINplanDates": 0, "PreProceedings": 0}
        expected = {name: children * per_child.get(name, 1) for name in read.said["rows"]} | {"Header": 1}
        assert read.said["rows"] == expected, read.said
        last_review = len(HEAD.splitlines()) + len(CHILD.splitlines()) * children - 5
        assert (read.said["line"], read.said["findings"]) == (last_review, 0), (read.said, last_review)
        check = _check(path, Path(folder) / "out") if wanted.check else None
    steps = {"reading into tables": read, "`dq check`, rules and results included": check}
    rows = [[name, f"{child.seconds:.0f}", f"{child.peak:.0f}"] for name, child in steps.items() if child is not None]
    command = f"python tests/benchmarks/returns.py --megabytes {wanted.megabytes}" + (" --check" if wanted.check else "")
    count = sum(expected.values())
    told = f"A CIN census of {wanted.megabytes} MB: {children:,} children, {count:,} rows; engine limited to {MEMORY}: `{command}`."
    text = "\n\n".join(
        [told, measure.machine(("duckdb", "pyarrow")), measure.table(["step", "seconds by the clock", "peak memory, MB"], rows)]
    )
    print(text)
    assert read.peak < LIMIT, f"Reading took {read.peak:.0f} MB, where {LIMIT:.0f} are allowed."
    assert check is None or check.peak < LIMIT, f"The check took {check.peak:.0f} MB, where {LIMIT:.0f} are allowed."
    if wanted.write is not None:
        measure.write(wanted.write, "returns", text)


if __name__ == "__main__":
    main()
