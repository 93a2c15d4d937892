"""The documentation is held against the code: what exists is named, what is shown runs, what is linked is there."""

from __future__ import annotations

import ast
import contextlib
import datetime as dt
import importlib.util
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml

from dq import cli, criteria, pack, source_map, yamlfile
from dq.builtin import KINDS
from dq.checks import CHECKS
from dq.compile import Compiler
from dq.config import Project
from dq.contract import AllocationTable, Column, Table, Target, _Dataset
from dq.expression import Reader, Scope
from dq.functions import FUNCTIONS
from dq.model import EXCEPTION_COLUMNS, RULE_COLUMNS, SEVERITIES
from dq.pack import Pack
from dq.report.about_sheet import answers
from dq.report.data_files import as_json
from dq.rules import ForEach, Rule, Setting, Statement, _RuleSpec
from dq.summary import Readiness, RunSummary
from dq.team_list import COLUMNS, MARKS
from dq.teams import COLUMNS as TEAM_FILE_COLUMNS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    [*DOCS.rglob("*.md"), *(ROOT / name for name in ("README.md", "CHANGELOG.md", "samples/README.md", "reports/README.md"))]
)
INSTALL = "pip install . -c constraints.txt && dq check samples/carefirst"
TEST = 'pip install ".[test]" -c constraints.txt && pytest'


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.M | re.S)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def packs() -> list[Pack]:
    return [pack.load(name) for name in pack.names()]


@pytest.fixture(scope="module")
def casework(packs: list[Pack]) -> Compiler:
    one = next(each for each in packs if each.name == "casework")
    return Compiler(one.contract, one.views, one.settings, {"as_of": dt.date(2026, 11, 2), "go_live": dt.date(2027, 3, 1)})


# what exists is named


def test_generated_parts_are_fresh(generate: ModuleType) -> None:
    assert generate.stale() == [], "run: python docs/generate.py"


def test_every_command_and_option_is_named() -> None:
    page = text("docs/cli.md")
    top = click.Context(cli.cli, info_name="dq")
    for name in cli.COMMANDS:
        section = page.split(f"\n## dq {name}\n", 1)[1].split("\n## ", 1)[0]
        command = cli.cli.get_command(top, name)
        assert command is not None
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else []:
                assert option in section, f"{name} {option}"
        assert f"`dq {name}" in text("docs/data-team.md") or f"\ndq {name} " in text("docs/data-team.md"), name


def test_every_check_function_and_setting_is_named(packs: list[Pack]) -> None:
    rules = text("docs/rules.md")
    assert [name for name in CHECKS if f"\n#### {name}\n" not in rules] == []
    assert [name for name in (*FUNCTIONS, "raw", "parses", "in_code_list") if f"| `{name}(" not in rules] == []
    for one in packs:
        part = text(f"docs/rules/{one.name}/settings.md")
        assert [name for name in one.settings if f"| `{name}` |" not in part] == []


def test_every_rule_stands_on_the_page_of_its_theme_with_reason_limit_source_and_fix(packs: list[Pack]) -> None:
    index = text("docs/rules/README.md")
    for one in packs:
        written = {path: path.read_text(encoding="utf-8") for path in (DOCS / "rules" / one.name).glob("*.md")}
        for rule in one.rules:
            assert f"`{rule.family}`" in index
            [page] = [page for page in written.values() if f"\n## {rule.family}: " in page]
            assert page.startswith(f"# {rule.theme}\n")
            section = page.split(f"\n## {rule.family}: ", 1)[1].split("\n## ", 1)[0]
            assert rule.id == rule.family or f"`{rule.id}`" in section
            assert ("\n- Why: " in section) is bool(rule.reason)
            assert "\n- What to do: " in section and "\n- Source: " in section and "\n- How bad: " in section
    section = text("docs/rules/casework/child-protection.md").split("\n## CPV-002: ", 1)[1].split("\n## ", 1)[0]
    assert "\n- Limit: Working days between child protection visits: 20 (`cp_visit_limit`). Local, the board sets it. " in section
    first = text("docs/rules/casework/child-protection.md").split("\n## CPR-001: ", 1)[1].split("\n## ", 1)[0]
    assert "(`cp_review_first_months`). National: Working Together to Safeguard Children." in first
    due = text("docs/rules/casework/looked-after.md").split("\n## CLA-015: ", 1)[1].split("\n## ", 1)[0]
    assert "(`care_plan_days`)" in due and "`health_first_days`" not in due  # only the limit of the column that it reads


def test_every_rule_of_casework_says_why_in_a_sentence_of_its_own(packs: list[Pack]) -> None:
    rules = {rule.family: rule for one in packs if one.name == "casework" for rule in one.rules}
    reasons = [rule.reason for rule in rules.values()]
    assert [name for name, rule in rules.items() if not re.fullmatch(r"[A-Z][^.]{20,}\.", rule.reason)] == []
    assert [reason for reason in reasons if reasons.count(reason) > 1] == []


def test_every_metric_and_built_in_rule_is_named() -> None:
    page = text("docs/results.md")
    assert [name for name in criteria.METRICS if f"| `{name}` |" not in page] == []
    assert [name for name in KINDS if f"`{name}.TABLE`" not in page] == []


def test_every_column_of_the_results_is_named() -> None:
    page = text("docs/results.md")
    exceptions = page.split("\n## exceptions.csv", 1)[1].split("\n## ", 1)[0]
    rules = page.split("\n## rules.csv", 1)[1].split("\n## ", 1)[0]
    assert [name for name in EXCEPTION_COLUMNS if f"`{name}`" not in exceptions] == []
    assert [name for name in RULE_COLUMNS if f"`{name}`" not in rules] == []
    keys = as_json(RunSummary("p", "casework", dt.date(2026, 11, 2), (), (), Readiness(0, 0, 0, 0)))
    assert [name for name in keys if f"`{name}`" not in page] == []
    assert [each.heading for each in COLUMNS if "{" not in each.heading and each.heading not in page] == []


def test_every_key_of_the_yaml_is_named() -> None:
    contract, rules = text("docs/contract.md"), text("docs/rules.md")
    models = (_Dataset, Table, Column, Target, AllocationTable, source_map.SourceMap, source_map.TableSource, Setting, Project)
    wanted = {name for model in models for name in model.model_fields} - {"name"}
    wanted |= {"from", "constant", "values", *TEAM_FILE_COLUMNS}
    assert sorted(name for name in wanted if not re.search(rf"\b{name}\b", contract)) == []
    spoken = {*_RuleSpec.model_fields, *ForEach.model_fields}
    assert sorted(name for name in spoken if f"`{name}`" not in rules) == []


def test_every_answer_and_severity_is_explained_to_managers() -> None:
    page = text("docs/team-manager.md")
    assert [mark for mark in MARKS if mark not in text("docs/lists.md")] == []
    assert [answer for answer, _ in answers("*the old system*") if answer not in page] == []
    assert [name for name in SEVERITIES if f"**{name.capitalize()}**" not in page] == []


# what is shown runs


def test_readme_has_the_two_commands() -> None:
    readme = text("README.md")
    assert [block.strip() for block in blocks(readme, "sh")][:2] == [INSTALL, TEST]
    for command in (INSTALL, TEST):
        assert f"```powershell\n{command.replace(' && ', chr(10))}\n```" in readme
    assert "python -m dq check samples/carefirst" in readme


def test_readme_example_gives_what_it_says() -> None:
    readme = text("README.md")
    [code], [expected] = blocks(readme, "python"), blocks(readme, "text")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue().rstrip() == expected.rstrip()


def test_forms_of_checks_compile(generate: ModuleType, casework: Compiler) -> None:
    assert sorted(generate.FORMS) == sorted(CHECKS)
    for name, forms in generate.FORMS.items():
        for table, form in forms:
            data = yaml.load(form, Loader=yamlfile.Loader)
            rule = Rule(name, name, (Statement(table, name, data[name]),), "validity", "minor", "", "")
            assert casework.rule(rule).statements, form


def test_what_is_refused_is_refused_and_its_remedy_is_not(casework: Compiler) -> None:
    table = text("docs/rules.md").split("<!-- refused -->", 1)[1].split("<!-- end: refused -->", 1)[0]
    rows = [line.strip().strip("|").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    assert rows

    def accepted(predicate: str) -> bool:
        reader = Reader(casework.catalogue)
        reader.predicate(predicate, Scope({"cp_visit": casework.relations["cp_visit"]}))
        return not reader.found.faults

    assert [row[0] for row in rows if accepted(row[0].strip().strip("`"))] == []
    remedies = [
        match[1]
        for row in rows
        if (match := re.match(r"`([^`]*[=<> ][^`]*)`", row[2].strip())) and "p.plan_id = " not in match[1][:12]
    ]
    assert len(remedies) > 5
    assert [remedy for remedy in remedies if not accepted(remedy)] == []


def test_every_function_may_be_called(casework: Compiler) -> None:
    values = {"text": "visit_id", "integer": "2", "number": "2.5", "date": "visit_date", "any": "visit_id", "same": "visit_id"}
    for name, function in FUNCTIONS.items():
        reader = Reader(casework.catalogue)
        arguments = ", ".join(values[kind] for kind in function.arguments)
        if name == "regexp_matches":
            arguments = "visit_id, 'V[0-9]'"
        reader.predicate(f"{name}({arguments}) is not null", Scope({"cp_visit": casework.relations["cp_visit"]}))
        assert reader.found.faults == [], name


def test_every_yaml_block_is_yaml() -> None:
    for page in PAGES:
        for block in blocks(page.read_text(encoding="utf-8"), "yaml"):
            for part in re.split(r"\n(?=one_of:|required:|ordered:|within:|fits:|unique:|references:)", block):
                yaml.load(part, Loader=yamlfile.Loader)


def test_rules_and_views_of_the_language_page_hold(tmp_path: Path) -> None:
    """The whole rule and the two views that the page shows lint and pass their examples, beside the casework pack."""
    from dq import examples, lint

    page = text("docs/rules.md")
    [rule] = [block for block in blocks(page, "yaml") if block.startswith("theme:")]
    first, second = [block for block in blocks(page, "yaml") if re.match(r"(views:\n)?  - view:", block)]
    new = {"CPV-002": "LOCAL-1", "cp_visit_sequence": "local_sequence", "care_period": "local_period"}
    new |= {"previous_visit_date": "local_previous"}
    for name, content in {"local.yaml": rule, "views.yaml": first + second}.items():
        for old, fresh in new.items():
            content = content.replace(old, fresh)
        (tmp_path / name).write_text(content, encoding="utf-8")
    found = lint.lint(["casework", str(tmp_path)])
    assert [str(each) for each in found.problems if each.level == "error" and str(tmp_path) in each.file] == []
    tested = examples.run(pack.load(["casework", str(tmp_path)]).select(["LOCAL-1"]))
    assert [str(each) for each in tested.problems if str(tmp_path) in each.file] == []


# what is linked is there


def test_links_and_anchors_resolve() -> None:
    broken = []
    for page in PAGES:
        for target in re.findall(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)", _without_code(page.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            goal = (page.parent / path).resolve() if path else page
            if not goal.exists() or (anchor and anchor not in _anchors(goal)):
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def _anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as code hosts make them; a repeated heading gets -1, -2."""
    found: dict[str, int] = {}
    for heading in re.findall(
        r"^#{1,6} (.*)$", re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S), re.M
    ):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower()).replace(" ", "-")
        found[slug] = found.get(slug, 0) + 1
    return {slug if place == 0 else f"{slug}-{place}" for slug, count in found.items() for place in range(count)}


def _without_code(page: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", page, flags=re.M | re.S))


# words that have no place here

# Written in pieces, so that this file does not hold them.
WORDS = ("ses" + "sions?", "(sub-?)?ag" + "ents?")
FORBIDDEN = re.compile(
    rf"\b({'|'.join(WORDS)})\b|(?<![\w&/#])#\d+\b|/wo" + r"rk/|/ho" + r"me/\w|/fa" + r"rm/|py" + r"pi\.org|pythonho" + "sted", re.I
)


def test_no_word_about_how_it_was_made() -> None:
    found = []
    for place, prose in _prose():
        found += [f"{place}: {match[0]}" for match in FORBIDDEN.finditer(prose)]
    assert found == []


def _prose() -> Iterator[tuple[str, str]]:
    """Pages without code, comments of YAML and Python, docstrings; each with its place."""
    for page in PAGES:
        yield str(page.relative_to(ROOT)), _without_code(page.read_text(encoding="utf-8"))
    for folder in ("rules", "samples", "tests"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            comments = re.findall(r"(?:^|\s)#\s(.*)$", path.read_text(encoding="utf-8"), re.M)
            yield str(path.relative_to(ROOT)), "\n".join(comments)
    for path in sorted([*(ROOT / "dq").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *DOCS.glob("*.py")]):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}: docstring", re.sub(r"`[^`\n]*`", "", ast.get_docstring(node) or "")
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield f"{path.relative_to(ROOT)}:{token.start[0]}", token.string.lstrip("# ")
