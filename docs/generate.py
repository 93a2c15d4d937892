"""Write the parts of the documentation that follow from the code.

Run `python docs/generate.py` after a change of a command, check, function, setting, metric or rule. With `--check`
nothing is written, and the exit code is 1 when a part is stale.

Whole files: cli.md and those in rules/. Between markers (`<!-- generated: name -->` and `<!-- end: name -->`):
checks and functions in rules.md, metrics and built-in rules in results.md, rules that may differ in privacy.md.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]

from rule_pages import pages  # noqa: E402

from dq import cli, criteria, pack  # noqa: E402
from dq.builtin import KINDS  # noqa: E402
from dq.checks import CHECKS, Check  # noqa: E402
from dq.compile import Compiler  # noqa: E402
from dq.functions import FUNCTIONS, Function  # noqa: E402
from dq.privacy.calendar_rules import may_differ  # noqa: E402

WIDTH = 100
FORMS: dict[str, tuple[tuple[str, str], ...]] = {
    "required": (("person", "required: date_of_birth"), ("address", "required: [line_1, postcode]")),
    "forbidden": (("cla_episode", "forbidden: [ceased_date, ceased_reason]"),),
    "parses": (("person", "parses: date_of_birth"),),
    "one_of": (
        ("person", "one_of: sex"),
        ("legal_status", "one_of: {column: code, on: start_date}"),
        ("cp_visit", "one_of: {column: seen, values: [Y, N]}"),
    ),
    "mapped": (("legal_status", "mapped: code"),),
    "matches": (("person", "matches: {column: upn, pattern: '[A-Z][0-9]{11}[0-9A-Z]'}"),),
    "fits": (("person", "fits: surname"), ("person", "fits: {column: surname, length: 35, characters: latin1}")),
    "ordered": (
        ("cp_plan", "ordered: [start_date, end_date]"),
        ("cp_plan", "ordered: {columns: [start_date, end_date], strict: true}"),
    ),
    "within": (
        ("cla_review", "within: {from: due_date, to: review_date, days: 7}"),
        ("cin_plan", "within: {from: start_date, to: end_date, months: ':cin_plan_months', unless_blank: as_of}"),
    ),
    "no_overlap": (("placement", "no_overlap: {start: start_date, end: end_date, by: [person_id]}"),),
    "no_gap": (("placement", "no_gap: {start: start_date, end: end_date, by: [person_id], days: 1}"),),
    "contained_in": (
        (
            "cla_episode",
            "contained_in: {start: start_date, end: ceased_date, parent: cin_episode, by: referral_id,\n"
            "               parent_start: referral_date, parent_end: close_date}",
        ),
    ),
    "unique": (
        ("person", "unique: nhs_number"),
        ("person", "unique: {columns: [surname, date_of_birth], where: is_client = 'Y'}"),
    ),
    "references": (
        ("cp_visit", "references: plan_id"),
        ("team", "references: {column: manager_id, to: professional.professional_id}"),
    ),
    "count": (("cp_plan", "count: {of: cp_review, by: plan_id, where: review_date is not null, min: 1}"),),
    "unchanged": (("person", "unchanged: {column: date_of_birth, in: previous.person, by: [person_id]}"),),
    "loops": (("team", "loops: parent_id"),),
    "distinct_people": (("person", "distinct_people: ':duplicate_weight'"),),
    "assert": (("cp_plan", "assert: start_date <= end_date or end_date is null"),),
    "query": (("cp_visit", "query: |\n  select v.row_id from cp_visit as v where v.visit_date > :as_of"),),
}
"""How each check is written, with the casework table that it is written for; the tests compile every one."""

GROUPS = {
    "values": "Values of one record",
    "dates": "Dates and intervals",
    "records": "A record among others",
    "people": "A person among others",
    "free": "Free forms",
}


def cell(value: object) -> str:
    """A value as the cell of a Markdown table."""
    text = "" if value is None else str(value)
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


# rules.md


def checks() -> str:
    """Every check: what it says, how it is written, its parameters."""
    parts: list[str] = []
    for module, title in GROUPS.items():
        parts.append(f"### {title}")
        for name, check in CHECKS.items():
            if check.build.__module__.endswith(f".{module}"):
                rows = [(f"`{_written(each)}`", *_parameter(check, each)) for each in check.parameters]
                forms = "\n".join(text for _, text in FORMS.get(name, ()))
                parts.append(
                    f"#### {name}\n\n{check.documentation}\n\n```yaml\n{forms}\n```\n\n"
                    + table(("parameter", "takes", "left out"), rows)
                )
    return "\n\n".join(parts)


def _written(name: str) -> str:
    return name.removesuffix("_")


def _parameter(check: Check, name: str) -> tuple[str, str]:
    default = check.parameters[name].default
    shown = "must be given" if default is inspect.Parameter.empty else "nothing" if default is None else str(default).lower()
    return _takes(str(check.parameters[name].annotation)), shown


def _takes(annotation: str) -> str:
    """A parameter's annotation in words."""
    words = {
        "ColumnNames": "a column or a list of columns", "ColumnName": "a column", "Predicate": "a predicate",
        "Day": "a column or ':setting'",
        "By": "a column, a list of columns, or {here: there}", "Limit": "a whole number or ':setting'",
        "tuple[str, ...]": "a list of texts", "bool": "true or false", "int": "a whole number", "str": "a text",
    }  # fmt: skip
    bare = annotation.replace(" | None", "")
    literal = re.fullmatch(r"Literal\[(.*)\]", bare)
    if literal:
        return " or ".join(f"`{each.strip().strip(chr(34)).strip(chr(39))}`" for each in literal[1].split(","))
    return words.get(bare, bare)


def functions() -> str:
    """Every function with its arguments, result and meaning; and those that take a column."""
    rows: list[tuple[str, str, str]] = [(f"`{_call(each)}`", _result(each), each.summary) for each in FUNCTIONS.values()]
    rows.append(("`raw(column)`", "text", "The text of the cell as it stood in the file, also where it could not be read."))
    rows.append(("`parses(column)`", "boolean", "Whether the cell is blank or could be read as its type. Never NULL."))
    rows.append(("`in_code_list(column)`", "boolean", "Whether the code is in its column's code list, whatever the code's dates."))
    return table(("function", "gives", "meaning"), rows)


def _call(each: Function) -> str:
    kinds = list(each.arguments)
    least = len(kinds) - each.optional
    shown = [kind if place < least else f"[{kind}]" for place, kind in enumerate(kinds)]
    return f"{each.name}({', '.join(shown)}{', ...' if each.many else ''})"


def _result(each: Function) -> str:
    return "the type of the first argument" if each.returns == "same" else each.returns


# results.md


def metrics() -> str:
    """What gates may speak of."""
    rows = []
    for name in criteria.METRICS:
        kind = "share, 0 to 1 or per cent" if name in criteria.SHARES else "count"
        rows.append((f"`{name}`", criteria.title(name), kind, "yes" if name in criteria.BY_UNIT else ""))
    return table(("metric", "what it measures", "kind", "`per:`"), rows)


def built_in() -> str:
    """The rules that every pack has."""
    goes = {True: "the pack's owner", False: "the record's team"}
    rows = [(f"`{each.kind}.TABLE`", each.title, each.severity, each.dimension, goes[each.to_owner]) for each in KINDS.values()]
    return table(("rule", "what must be true", "severity", "dimension", "goes to"), rows)


# privacy.md


def rules_that_may_differ() -> str:
    """Rules of the casework pack that name the calendar, by reason; a rule repeated over columns once."""
    casework = pack.load("casework")
    compiler = Compiler(casework.contract, casework.views, casework.settings)
    by_reason: dict[str, dict[str, None]] = {}
    for each in may_differ(compiler, [compiler.rule(rule) for rule in casework.rules]):
        for reason in each.reasons:
            word = "depends on one of these" if reason.startswith("depends on") else reason
            by_reason.setdefault(word, {})[f"`{each.rule}`"] = None
    return table(("why", "rules"), [(reason, ", ".join(by_reason[reason])) for reason in sorted(by_reason)])


# whole files


def cli_reference() -> str:
    """The help of every command."""
    top = click.Context(cli.cli, info_name="dq", terminal_width=WIDTH, **cli.cli.context_settings)
    parts = [
        "# Commands and options",
        "This page is the help that the commands give themselves: `dq --help`, `dq check --help` and so on. It is written by\n"
        "`python docs/generate.py`. Where scripts are blocked, `python -m dq` does the same as `dq`.",
        "Exit codes: 0 done (for `check`: every gate is met), 1 a gate is not met, or `lint` or `test-rules` found something,\n"
        "2 the command could not run. See [Exit codes](results.md#exit-codes).",
        _help("dq", cli.cli.get_help(top)),
    ]
    for name in cli.COMMANDS:
        command = cli.cli.get_command(top, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=top, terminal_width=WIDTH)
        parts.append(_help(f"dq {name}", command.get_help(context)))
        if isinstance(command, click.Group):
            for word in command.list_commands(context):
                part = command.get_command(context, word)
                assert part is not None
                inner = click.Context(part, info_name=word, parent=context, terminal_width=WIDTH)
                parts.append(_help(f"dq {name} {word}", part.get_help(inner)))
    return "\n\n".join(parts) + "\n"


def _help(title: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.rstrip().splitlines())
    return f"## {title}\n\n```text\n{lines}\n```"


WHOLE: dict[str, Callable[[], str]] = {"cli.md": cli_reference}
PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "rules.md": {"checks": checks, "functions": functions},
    "results.md": {"metrics": metrics, "built-in rules": built_in},
    "privacy.md": {"rules that may differ": rules_that_may_differ},
}


def fresh(name: str) -> str:
    """What a generated file should hold: made anew, or with the parts between its markers made anew."""
    if name in WHOLE:
        return WHOLE[name]()
    text = (DOCS / name).read_text(encoding="utf-8")
    for part, write in PARTS[name].items():
        start, end = f"<!-- generated: {part} -->", f"<!-- end: {part} -->"
        if text.count(start) != 1 or text.count(end) != 1:
            raise SystemExit(f"{name}: the markers of {part!r} are missing or stand there twice.")
        before, after = text[: text.index(start) + len(start)], text[text.index(end) :]
        text = f"{before}\n\n{write()}\n\n{after}"
    return text


def everything() -> dict[str, str | None]:
    """File name to what it should hold; None for a page of rules that no pack has any more."""
    found: dict[str, str | None] = {name: fresh(name) for name in (*WHOLE, *PARTS)}
    found.update(pages(table))
    left = (path.relative_to(DOCS).as_posix() for path in sorted((DOCS / "rules").rglob("*.md")))
    return found | {name: None for name in left if name not in found}


def stale() -> list[str]:
    """Names of the files that differ from what the code says."""
    return [name for name, content in everything().items() if _on_disk(name) != content]


def _on_disk(name: str) -> str | None:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main(arguments: Sequence[str]) -> int:
    """Write the stale files, or with `--check` only name them; the exit code is 1 when a check finds one."""
    old = {name: content for name, content in everything().items() if _on_disk(name) != content}
    if list(arguments) == ["--check"]:
        for name in old:
            print(f"docs/{name} is stale: run python docs/generate.py")
        return 1 if old else 0
    for name, content in old.items():
        path = DOCS / name
        if content is None:
            path.unlink()
            print(f"removed docs/{name}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
        print(f"wrote docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
