"""Who holds a folder, who was killed, and what is cleared away."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dq import claims, output
from dq.claims import claim, sweep
from dq.errors import OptionError

DAY = dt.date(2026, 11, 2)


def killed(folder: Path) -> None:
    """Claim a folder in a process that ends without letting go."""
    code = "import os, sys; from pathlib import Path; from dq.claims import claim; claim(Path(sys.argv[1])); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code, str(folder)], check=False).returncode == 9
    assert folder.with_name(f".{folder.name}.lock").is_file()


def test_a_folder_has_one_holder_until_it_is_released(tmp_path: Path) -> None:
    first = claim(tmp_path / "a")
    assert first is not None and first.sure
    assert claim(tmp_path / "a") is None
    other = claim(tmp_path / "b")
    assert other is not None
    other.release()
    first.release()
    again = claim(tmp_path / "a")
    assert again is not None
    again.release()
    assert list(tmp_path.iterdir()) == []


def test_who_was_killed_holds_nothing(tmp_path: Path) -> None:
    killed(tmp_path / "a")
    mine = claim(tmp_path / "a")
    assert mine is not None
    mine.release()


def test_only_what_nobody_holds_is_cleared_away(tmp_path: Path) -> None:
    for name in ("dead-1", "live-1", "other"):
        (tmp_path / name).mkdir()
    killed(tmp_path / "dead-1")
    killed(tmp_path / "other")
    live = claim(tmp_path / "live-1")
    sweep(tmp_path, r"\w+-\d", shutil.rmtree)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".live-1.lock", ".other.lock", "live-1", "other"]
    assert live is not None
    live.release()


def test_a_disk_without_locks_clears_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: object) -> None:
        raise OSError(95, "Operation not supported")

    (tmp_path / "a").mkdir()
    (tmp_path / ".a.lock").touch()
    monkeypatch.setattr(claims, "_lock", refuse)
    sweep(tmp_path, "a", shutil.rmtree)
    assert (tmp_path / "a").is_dir()


def test_two_runs_of_a_day_get_two_folders(tmp_path: Path) -> None:
    (tmp_path / "dq.yaml").touch()
    with output.reserved(tmp_path, DAY, None) as first, output.reserved(tmp_path, DAY, None) as second:
        assert (first.name, second.name) == ("2026-11-02-1", "2026-11-02-2")
        assert not first.exists()
    assert list((tmp_path / "reports").iterdir()) == []


def test_what_a_killed_run_left_is_cleared_away_and_whole_results_stay(tmp_path: Path) -> None:
    (tmp_path / "dq.yaml").touch()
    reports = tmp_path / "reports"
    for name in (".2026-10-26-1.part", "2026-10-19-1"):
        (reports / name).mkdir(parents=True)
        (reports / name / "exceptions.csv").write_text("personal")
    killed(reports / "2026-10-26-1")
    killed(reports / "2026-10-19-1")
    with output.reserved(tmp_path, DAY, None) as folder:
        assert sorted(path.name for path in reports.iterdir()) == [".2026-11-02-1.lock", "2026-10-19-1"]
        assert folder.name == "2026-11-02-1"
    assert (reports / "2026-10-19-1" / "exceptions.csv").read_text() == "personal"


def test_a_folder_that_another_run_writes_to_is_refused(tmp_path: Path) -> None:
    with output.reserved(tmp_path, DAY, tmp_path / "out") as folder:
        assert folder == tmp_path / "out"
        with pytest.raises(OptionError, match="Another run is writing there"), output.reserved(tmp_path, DAY, folder):
            pass
    with output.reserved(tmp_path, DAY, folder):
        pass


def test_the_temporary_folder_of_a_killed_run_goes_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(claims.tempfile, "tempdir", str(tmp_path))
    (tmp_path / "dq-left").mkdir()
    (tmp_path / "dq-left" / "spilled").write_text("personal")
    killed(tmp_path / "dq-left")
    with claims.scratch() as folder:
        assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [folder.name]
    assert list(tmp_path.iterdir()) == []
