"""The generator gives the same bytes on every machine: nothing in it depends on how a processor sorts or rounds."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dq import sample

SOURCES = sorted(Path(sample.__file__).parent.rglob("*.py"))
# Their last bit differs between processors and libraries, or the order of equals does.
ROUNDED_APART = {
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "power", "float_power", "pow", "sqrt", "cbrt", "sin", "cos", "tan",
    "normal", "standard_normal", "lognormal", "exponential", "standard_exponential", "gamma", "beta", "poisson", "choice",
    "mean", "std", "var", "dot", "average", "argpartition",
}  # fmt: skip
WRITE = "import sys, pathlib, dq.sample; dq.sample.write(pathlib.Path(sys.argv[1]), children=700, weeks=2, seed=9)"


def unsound(tree: ast.AST) -> list[str]:
    """Calls, with their line, whose result may differ between machines."""
    told: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not isinstance(node.left, ast.Constant):
            told.append(f"{node.lineno}: **")
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, kind = node.func.attr, [ast.literal_eval(word.value) for word in node.keywords if word.arg == "kind"]
        if name in ROUNDED_APART or (name == "argsort" and kind != ["stable"]):
            told.append(f"{node.lineno}: {name}")
    return sorted(told, key=lambda each: int(each.split(":")[0]))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nothing_is_sorted_or_rounded_as_the_machine_pleases(path: Path) -> None:
    assert unsound(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_what_machines_do_differently_is_seen() -> None:
    code = "np.argsort(a)\nnp.argsort(a, kind='stable')\nnp.exp(a)\ndraw.random.normal(0, 1)\na ** b\n10 ** b\nnp.lexsort(a)"
    assert unsound(ast.parse(code)) == ["1: argsort", "3: exp", "4: normal", "5: **"]


def test_a_plain_processor_writes_the_same_bytes(tmp_path: Path) -> None:
    """All of numpy's faster paths switched off, and another order of hashes, against none of it switched off."""
    paths = np.show_config(mode="dicts")["SIMD Extensions"]["found"]  # type: ignore[call-overload, index]
    for name, switched_off, hashes in (("fast", "", "1"), ("plain", " ".join(paths), "2")):
        settings = {**os.environ, "NPY_DISABLE_CPU_FEATURES": switched_off, "PYTHONHASHSEED": hashes}
        subprocess.run([sys.executable, "-c", WRITE, str(tmp_path / name)], env=settings, check=True)
    assert digest(tmp_path / "fast") == digest(tmp_path / "plain")


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
