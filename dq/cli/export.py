"""dq export"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from dq import export, settings
from dq import pack as packs
from dq.cli.options import as_settings
from dq.compile import Compiler
from dq.errors import OptionError, Problem, did_you_mean


@click.command("export")
@click.argument("form", type=click.Choice(["pandera", "expectations"]))
@click.option("--pack", "packs_", multiple=True, default=("casework",), show_default=True, help="Pack, or a project's folder.")
@click.option("--table", "tables", multiple=True, help="Only this table; may be repeated.")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules: id, glob, or field:value; may be repeated.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="Give a setting a value; may be repeated.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The date that rules take for :as_of; they are left out without.")
@click.option("--go-live", type=click.DateTime(["%Y-%m-%d"]), help="The date that rules take for :go_live.")
@click.option("--out", type=click.Path(path_type=Path), help="The file (pandera) or folder (expectations); default: print.")
def command(
    form: str, packs_: tuple[str, ...], tables: tuple[str, ...], select: tuple[str, ...], given: tuple[str, ...],
    as_of: dt.datetime | None, go_live: dt.datetime | None, out: Path | None,
) -> None:  # fmt: skip
    """Write the contract and the rules as a pandera module, or as suites of Great Expectations (one a table).

    FORM is pandera or expectations. Each lists the rules that it cannot say. Settings and dates are written into it as
    they are now.
    """
    pack = packs.named(packs_).select(select)
    unknown = [name for name in tables if name not in pack.contract.tables]
    if unknown:
        known = pack.contract.tables
        raise OptionError(
            [
                Problem(subject=f"--table {name}", message="There is no such table.", fix=did_you_mean(name, known))
                for name in unknown
            ]
        )
    dates = {"as_of": as_of.date() if as_of else None, "go_live": go_live.date() if go_live else None}
    values = settings.values(pack.settings, as_settings(given)) | dates
    compiler = Compiler(pack.contract, pack.views, pack.settings, values)
    if form == "pandera":
        _write({out: export.pandera_module(pack, compiler, tables)})
        return
    found = export.suites(pack, compiler, tables)
    texts = {name: json.dumps(suite, indent=2, ensure_ascii=False) + "\n" for name, suite in found.items()}
    if out is None and len(texts) > 1:
        message = f"There are {len(texts)} suites, one a table."
        raise OptionError(Problem(message=message, fix="Give a folder with --out, or one table with --table."))
    _write({out / f"{name}.json" if out else None: text for name, text in texts.items()})


def _write(texts: dict[Path | None, str]) -> None:
    for path, text in texts.items():
        if path is None:
            click.echo(text, nl=False)
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError:
            raise OptionError(Problem(str(path), message="The file cannot be written.", fix="Give another with --out.")) from None
        click.echo(f"wrote {path}")
