"""dq answers"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from dq import answers, history, password, request
from dq.answers import Taken
from dq.cli import history_options
from dq.report.words import plural
from dq.returned.weigh import Leave


@click.command("answers")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), required=True)
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@click.option("--accept-rest", is_flag=True, help="Record what is sound although something is not; what is left out is listed.")
@click.option("--accept-edited", is_flag=True, help="Take answers of rows in which cells that are not for answers were changed.")
@click.option("--replace", is_flag=True, help="Where an earlier file was answered differently, let these files' answers stand.")
@click.option(
    "--password-env", multiple=True, metavar="VAR", help="Environment variable with a workbook's password; may be repeated."
)
@history_options.options
def command(
    files: tuple[Path, ...], dry_run: bool, accept_rest: bool, accept_edited: bool, replace: bool, password_env: tuple[str, ...],
    project: Path, as_json: bool, as_csv: bool,
) -> None:  # fmt: skip
    """Read the answers in FILES, lists of dq lists that came back (.xlsx, .xls, .ods or .csv).

    Answers are taken by exception id: rows may be sorted, filtered or deleted, columns moved, added or hidden. Everything that
    is wrong is named with its file, sheet and row, and then nothing is recorded (exit code 2), unless --accept-rest. The same
    file may be read again: what is recorded already is not recorded twice.
    """
    passwords = tuple(password.from_environment(name, shortest=1) for name in password_env)
    taken = answers.take(
        project, files, history.who(), request.now(), passwords=passwords, dry_run=dry_run, accept_rest=accept_rest,
        leave=Leave(accept_edited, replace),
    )  # fmt: skip
    if as_json:
        history_options.print_json(_plain(taken, dry_run))
    elif as_csv:
        head = ("level", "file", "sheet", "row", "exception", "message", "fix")
        rows = [tuple(getattr(each, name) for name in head) for each in taken.remarks]
        history_options.print_csv(head, rows)
    else:
        _tell(taken, dry_run)
    sys.exit(2 if taken.problems else 0)


def _plain(taken: Taken, dry_run: bool) -> dict[str, object]:
    return {
        "recorded": len(taken.answers) if taken.recorded else 0, "sound": len(taken.answers), "known_already": taken.known,
        "disputed": taken.disputed, "act": taken.act, "dry_run": dry_run, "files": [asdict(each) for each in taken.files],
        "problems": [asdict(each) for each in taken.problems],
        "notices": [asdict(each) for each in taken.remarks if each.level == "notice"],
    }  # fmt: skip


def _tell(taken: Taken, dry_run: bool) -> None:
    for each in taken.remarks:
        if each.level == "notice":
            click.echo(f"Note: {each}")
    for each in taken.problems:
        click.echo(str(each), err=True)
    for file in taken.files:
        click.echo(f"{file.file}: {plural(file.rows, 'line')}, {plural(file.answers, 'answer')}.")
    if taken.problems:
        click.echo(plural(len(taken.problems), "problem") + ".", err=True)
    number = plural(len(taken.answers), "answer")
    if not taken.recorded:
        why = "this was a trial" if dry_run else "of the problems above; --accept-rest records what is sound"
        click.echo(
            f"Nothing is recorded: {why}. {number} would be." if dry_run else f"Nothing is recorded, because {why} ({number})."
        )
    elif taken.answers:
        rest = f" {plural(taken.disputed, 'of them says', 'of them say')} that the rule is wrong." if taken.disputed else ""
        click.echo(f"Recorded {number}.{rest}")
    else:
        click.echo("There is nothing to record.")
    if taken.known:
        words = plural(taken.known, "answer was recorded before and is", "answers were recorded before and are")
        click.echo(f"{words} not recorded twice.")
    if taken.act is not None:
        click.echo(f"Act {taken.act}: see dq audit {taken.act}.")
