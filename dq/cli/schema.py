"""dq schema"""

from __future__ import annotations

import json

import click

from dq.schema import rule_file_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of a rule file, for an editor that completes and checks as one types."""
    click.echo(json.dumps(rule_file_schema(), indent=2))
