"""dq schema"""

from __future__ import annotations

import json

import click

from dq.schema import measure_file_schema, rule_file_schema


@click.command("schema")
@click.option("--measures", is_flag=True, help="That of a measures.yaml.")
def command(measures: bool) -> None:
    """Print the JSON Schema of a rule file, for an editor that completes and checks as one types."""
    click.echo(json.dumps(measure_file_schema() if measures else rule_file_schema(), indent=2))
