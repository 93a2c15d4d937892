"""LibreOffice, really run: headless, with a profile of its own, on one file at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from functools import cache
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("in_libreoffice.py")
KINDS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8", "xls": "MS Excel 97"}


def needed() -> tuple[str, str]:
    """The program, and a Python with its module uno; skips, aloud, where one is missing, and fails where all must be tested."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    python = _python_with_uno() if program else None
    if program is not None and python is not None:
        return program, python
    missing = "NO LibreOffice (Debian: libreoffice-calc)" if program is None else "NO Python with uno (Debian: python3-uno)"
    if os.environ.get("DQ_SLOW_TESTS"):
        pytest.fail(f"{missing}: the round trip must be run here.")
    pytest.skip(f"{missing}: the round trip was not tested")


@cache
def _python_with_uno() -> str | None:
    program = Path(shutil.which("soffice") or "").resolve()
    for python in (sys.executable, "/usr/bin/python3", str(program.with_name("python")), shutil.which("python3") or ""):
        if python and Path(python).exists() and subprocess.run([python, "-c", "import uno"], capture_output=True).returncode == 0:
            return python
    return None


def round_trip(profile: Path, source: Path, target: Path, secret: str = "") -> Path:
    """Open a list, sort it, answer every line, save it as the kind that its name says.

    Where the office breaks down without a word, as it may the first time that it uses a profile, it is tried once more.
    """
    done = _round_trip(profile, source, target, secret)
    if done.returncode != 0 and not done.stderr:
        target.unlink(missing_ok=True)
        done = _round_trip(profile, source, target, secret)
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert target.is_file()
    return target


def _round_trip(profile: Path, source: Path, target: Path, secret: str) -> subprocess.CompletedProcess[str]:
    program, python = needed()
    pipe = f"dq{uuid.uuid4().hex[:12]}"
    start = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo"]
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    office = subprocess.Popen([*start, f"--accept=pipe,name={pipe};urp;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        arguments = [pipe, source.as_uri(), target.as_uri(), KINDS[target.suffix[1:]], secret]
        done = subprocess.run(
            [python, SCRIPT, *arguments], capture_output=True, text=True, timeout=300, env=environment, check=False
        )
        office.wait(timeout=60)
    finally:
        if office.poll() is None:
            office.kill()
            office.wait()
    return done
