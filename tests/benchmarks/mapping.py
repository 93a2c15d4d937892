"""Measure how well `dq profile` maps the CareFirst sample to the casework contract, and write it into the documentation.

    python tests/benchmarks/mapping.py --write docs/profile.md

The truth is `rules/casework/sources/carefirst.yaml`. Three times: with the names as exported, with file names that mean
nothing, and with file and column names that mean nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "profile")]

import accuracy  # noqa: E402

from dq.profile import survey  # noqa: E402

START, END = "<!-- mapping: written by tests/benchmarks/mapping.py -->", "<!-- end of mapping -->"
CASES = (
    ("as exported", False, False),
    ("file names without meaning", True, False),
    ("file and column names without meaning", True, True),
)


def rows() -> list[str]:
    """The lines of the table."""
    lines = [
        "| names | columns to map | mapped in the draft | of these right | precision | recall | tables right |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for title, files, columns in CASES:
        with TemporaryDirectory() as folder:
            stems, headers = accuracy.renamed(Path(folder), files=files, columns=columns)
            column, table = accuracy.measure(survey(Path(folder)), files=stems, headers=headers)
        precision = f"{column.precision:.3f}" if column.mapped else "-"
        figures = f"{column.there} | {column.mapped} | {column.right} | {precision} | {column.recall:.3f}"
        lines.append(f"| {title} | {figures} | {table.right} of {table.there} |")
    return lines


def main() -> None:
    """Print the table, or write it between its marks in a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="page to write the figures into")
    wanted = parser.parse_args()
    text = "\n".join(rows())
    if wanted.write is None:
        print(text)
        return
    page = wanted.write.read_text(encoding="utf-8")
    fresh = re.sub(f"{re.escape(START)}.*?{re.escape(END)}", lambda _: f"{START}\n\n{text}\n\n{END}", page, flags=re.S)
    wanted.write.write_text(fresh, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
