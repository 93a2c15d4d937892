"""dq digest"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from dq import digest, history, request
from dq.cli import history_options
from dq.digest import NOT_DONE, Sending, Sent
from dq.errors import OptionError
from dq.mail import CADENCES
from dq.report.words import plural
from dq.store import messages
from dq.store.messages import MessageLine


@click.command("digest")
@click.argument("cadence", type=click.Choice(CADENCES), required=False)
@click.option("--reader", "readers", multiple=True, metavar="NAME", help="Only this reader; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, also where it was sent before; send and note nothing.")
@click.option("--status", is_flag=True, help="Show the last message of each reader, and what could not be sent.")
@click.option(
    "--unsure",
    type=click.Choice(("again", "was-sent")),
    help="Messages that may have gone out: send them again, or note that they did (ask the reader).",
)
@history_options.options
def command(
    cadence: Any, readers: tuple[str, ...], dry_run: bool, status: bool, unsure: str | None, project: Path, as_json: bool,
    as_csv: bool,
) -> None:  # fmt: skip
    """Send each reader of a cadence what has changed since their last digest: counts, and where to look.

    Readers and the way out stand in dq.yaml under mail:. Nothing is sent twice for one run; what could not be sent is tried again
    by the next call. Ends with 1 where something could not be sent, or may have been.
    """
    if (cadence is None) != (status or unsure == "was-sent"):
        raise OptionError("Say daily, weekly or monthly; or --status or --unsure was-sent alone.")
    if unsure == "was-sent":
        with history_options.opened(project) as connection:
            number = messages.settle(connection, request.now(), readers)
        _plainly({"settled": number}, f"{plural(number, 'message')} noted as sent.", as_json, as_csv)
    elif status:
        _status(list(digest.outstanding(project, request.now())), as_json, as_csv)
    else:
        who, at = history.who(), request.now()
        sent = digest.send(project, who, at, cadence, readers=readers, dry_run=dry_run, unsure_again=unsure == "again")
        _tell(sent, as_json, as_csv)
        if not sent.done:
            sys.exit(1)


def _plainly(content: dict[str, object], words: str, as_json: bool, as_csv: bool) -> None:
    if as_json:
        history_options.print_json(content)
    elif as_csv:
        history_options.print_csv(list(content), [tuple(content.values())])
    else:
        click.echo(words)


HEAD = ("reader", "way", "to", "outcome", "compared_with_run", "attempts", "error")


def _tell(sent: Sent, as_json: bool, as_csv: bool) -> None:
    rows = [(each.reader, each.way, each.target, each.outcome, each.since, each.attempts, each.error) for each in sent.messages]
    if as_json:
        lines = [{**dict(zip(HEAD, row, strict=True)), **_made(each)} for row, each in zip(rows, sent.messages, strict=True)]
        history_options.print_json({"cadence": sent.cadence, "run": sent.run, "as_of": sent.as_of, "messages": lines})
    elif as_csv:
        history_options.print_csv(HEAD, rows)
    else:
        _print(sent, sent.messages)


def _made(each: Sending) -> dict[str, object]:
    """What was made, for other programs: the words that were sent, so that hidden counts stay hidden."""
    if each.page is None:
        return {}
    return {"subject": each.page.subject, "text": each.page.text}


def _print(sent: Sent, lines: Sequence[Sending]) -> None:
    if not lines:
        click.echo(f"Nobody gets a {sent.cadence} digest.")
        return
    for each in lines:
        if each.outcome == "would be sent" and each.page is not None:
            click.echo(f"To {each.reader} ({_place(each)})\nSubject: {each.page.subject}\n\n{each.page.text}")
    if any(each.outcome == "would be sent" for each in lines):
        click.echo("Nothing was sent: this was a trial.")
        return
    for each in lines:
        told = f": {each.error}" if each.error else "."
        click.echo(f"{each.reader} ({_place(each)}): {each.outcome}{told}", err=each.outcome in NOT_DONE)
    number = sum(each.outcome == "sent" for each in lines)
    click.echo(f"{plural(number, 'digest')} sent for run {sent.run}, extract of {sent.as_of.isoformat()}.")
    if any(each.outcome == "failed" for each in lines):
        click.echo(f"What failed is tried again by the next dq digest {sent.cadence}.", err=True)
    if any(each.outcome == "unsure" for each in lines):
        fix = f"Ask the reader; then dq digest --unsure was-sent, or dq digest {sent.cadence} --unsure again."
        click.echo(f"What is unsure may have gone out and is not sent again by itself. {fix}", err=True)


def _place(each: Sending) -> str:
    return f"{each.way} {each.target}".strip()


def _status(lines: list[MessageLine], as_json: bool, as_csv: bool) -> None:
    head = ("reader", "cadence", "way", "to", "run", "as_of", "state", "attempts", "at", "error")
    rows = [
        (each.reader, each.cadence, each.way, each.target, each.run, each.as_of, each.state, each.attempts, each.at, each.error)
        for each in lines
    ]
    if as_json:
        history_options.print_json([{**asdict(each), "to": each.target} for each in lines])
    elif as_csv:
        history_options.print_csv(head, rows)
    elif rows:
        history_options.print_table([word.replace("_", " ") for word in head], rows)
    else:
        click.echo("No digest was sent or tried.")
    if any(each.state in ("failed", "unsure") for each in lines):
        sys.exit(1)
