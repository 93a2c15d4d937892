"""The command line: each command parses its options, calls one function, and says what happened.

Exit codes: 0 done (gates met), 1 gates not met or problems found, 2 could not run.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from dq.errors import DqError
from dq.model import VERSION

COMMANDS = {
    "check": "check",
    "return": "return_",
    "runs": "runs",
    "diff": "diff",
    "show": "show",
    "counts": "counts",
    "gates": "gates",
    "lists": "lists",
    "answers": "answers",
    "board": "board",
    "pack": "pack",
    "measures": "measures",
    "actions": "actions",
    "digest": "digest",
    "dispose": "dispose",
    "assign": "assign",
    "waive": "waive",
    "audit": "audit",
    "access": "access",
    "store": "store",
    "lint": "lint",
    "test-rules": "test_rules",
    "mutate": "mutate",
    "coverage": "coverage",
    "explain": "explain",
    "rules": "rules",
    "schema": "schema",
    "people": "people",
    "export": "export",
    "profile": "profile",
    "pseudonymise": "pseudonymise",
    "purge": "purge",
    "init": "init",
    "sample": "sample",
}
"""Command name to the module in this folder that holds it, loaded when the command is used."""

SUMMARIES = {
    "check": "Check an extract: exceptions, workbooks, readiness, gates.",
    "return": "Build a statutory return from the case record and check it.",
    "runs": "List the recorded runs of a project, or delete the latest.",
    "diff": "Show what changed between two runs: new, cleared, moved.",
    "show": "Show one exception and everything that happened to it.",
    "counts": "Count exceptions by worker, team, service, head, director.",
    "gates": "Show each gate: measured, needed, since when met, course.",
    "lists": "Write the lists that teams work from, a workbook a team.",
    "answers": "Read the answers in lists that came back.",
    "board": "Write the page for the project board, as HTML and PDF.",
    "measures": "Show the key figures of a run, or list the records behind one.",
    "actions": "List missed targets that wait for a word, and what is done.",
    "digest": "Send readers what has changed: counts, and where to look.",
    "pack": "Write the pack of a director, head, service or team.",
    "dispose": "Say what will be done with exceptions, or that they are disputed.",
    "assign": "Give exceptions to a person, or to another team.",
    "waive": "Let exceptions stay as they are until a day, or list waivers.",
    "access": "List or change who may see whose figures and lists.",
    "audit": "List who did what and when: runs, decisions, waivers, answers.",
    "store": "Back the history up, put it back, see that it is whole.",
    "lint": "Find every fault of a pack's contract, views and rules.",
    "test-rules": "Run every example of a pack through the engine.",
    "mutate": "Change the rules a little, and see whether an example notices.",
    "coverage": "Show which rules look after what the target asks for.",
    "explain": "Show a rule: words, SQL, what it reads, examples.",
    "rules": "List the rules that a selection names.",
    "schema": "Print the JSON Schema of a rule file, for editors.",
    "people": "Find people who are recorded twice: train, show, rule.",
    "export": "Write a pack as a pandera module or as expectation suites.",
    "profile": "Describe unknown files: draft contract, source map, rules.",
    "pseudonymise": "Write a copy of a project for sharing, with surrogates.",
    "purge": "Remove values from old results and history; keep counts.",
    "init": "Make a project that lints, with the schema wired in.",
    "sample": "Write a fictional project to try things on.",
}


class _Lazy(click.Group):
    """Loads a command's module when it is used, and turns a `DqError` into its problems and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DqError as error:
            print_problems(error)
            ctx.exit(2)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"dq.cli.{COMMANDS[cmd_name]}"), "command")  # noqa: B009
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in COMMANDS])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="dq")
def cli() -> None:
    """Check children's case records before the case-recording system is changed."""


entry: click.Group = cli


def main() -> None:
    """Run the command line. A fault of dq's own ends with 2 and its place, without the values that it may quote."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # an old console's code page must not stop a run
    try:
        cli.main(prog_name="dq")
    except Exception as error:
        if os.environ.get("DQ_DEBUG"):
            raise
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "dq" in frame.filename]
        where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        click.echo(f"dq has a fault of its own: {type(error).__name__}{where}. Nothing was written.", err=True)
        click.echo("Please report it with this line. DQ_DEBUG=1 shows more; that may quote records.", err=True)
        sys.exit(2)


def print_problems(error: DqError) -> None:
    """Print every problem, one a line, with how many there are."""
    for problem in error.problems:
        click.echo(str(problem), err=True)
    if len(error.problems) > 1:
        click.echo(f"{len(error.problems)} problems.", err=True)
