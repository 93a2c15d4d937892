"""Run a Python file of a project that trusts it, and find the pandera schemas in it."""

from __future__ import annotations

import sys
import traceback
import types
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandera.pandas as pa

from dq.contract import Contract
from dq.errors import Problem, ProjectError, did_you_mean
from dq.outside.model import fingerprint, quiet


def schemas(path: Path, contract: Contract, tables: Mapping[str, str]) -> dict[str, pa.DataFrameSchema]:
    """The schemas of a file by contract table.

    `tables` says which name in the file is whose; without it a schema belongs to the table that its own name or the
    name of its variable or class is (`person`, `PersonSchema`). Raises `ProjectError` with every fault: what cannot be
    run, tables and names that do not exist, schemas for no table or two for one.
    """
    found = _named(_run(path), path)
    problems: list[Problem] = []
    result: dict[str, pa.DataFrameSchema] = {}
    for table, name in tables.items():
        if table not in contract.tables:
            problems.append(Problem(str(path), 0, table, "The contract has no such table.", did_you_mean(table, contract.tables)))
        elif name not in found:
            fix = did_you_mean(name, found) or f"The file has: {', '.join(found) or 'none'}."
            problems.append(Problem(str(path), 0, table, f"The file has no schema {name!r}.", fix))
        else:
            result[table] = found[name]
    for name, schema in found.items() if not tables else ():
        table = next((each for each in contract.tables if _plain(each) in (_plain(name), _plain(schema.name or ""))), "")
        if not table:
            near = did_you_mean(_plain(name), contract.tables)
            fix = f"{near} Say which table it is for: tables: {{person: {name}}}.".strip()
            problems.append(Problem(str(path), 0, name, "The schema's name is no table's.", fix))
        elif table in result:
            problems.append(Problem(str(path), 0, name, f"The file has two schemas for {table}.", "Say which with tables:."))
        else:
            result[table] = schema
    if not found:
        fix = "Put a pandera DataFrameSchema or DataFrameModel at its top level (import pandera.pandas as pa)."
        problems.append(Problem(str(path), 0, "", "The file has no pandera schema for pandas.", fix))
    if problems:
        raise ProjectError(problems)
    return result


def _plain(name: str) -> str:
    plain = name.replace("_", "").lower()
    for end in ("schema", "model"):
        plain = plain.removesuffix(end) or plain
    return plain


def _run(path: Path) -> types.ModuleType:
    content = path.read_bytes()
    module = types.ModuleType(f"dq_checks_{fingerprint(content)}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # pandera looks a model's annotations up there
    try:
        code = compile(content, str(path), "exec", dont_inherit=True)
        with quiet():
            exec(code, module.__dict__)
    except SyntaxError as error:
        raise ProjectError(
            Problem(str(path), error.lineno or 0, "", "This is not Python that can be read.", "Mend the line.")
        ) from None
    except (Exception, SystemExit) as error:
        frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename == str(path)]
        message = f"The file could not be run ({type(error).__name__})."
        fix = "Run it by itself with python to see why."
        raise ProjectError(Problem(str(path), frames[-1].lineno or 0 if frames else 0, "", message, fix)) from None
    return module


def _named(module: types.ModuleType, path: Path) -> dict[str, pa.DataFrameSchema]:
    """Schemas at the top level by name; of models only those that no other one of the file builds on."""
    models = {
        name: each
        for name, each in vars(module).items()
        if isinstance(each, type) and issubclass(each, pa.DataFrameModel) and each.__module__ == module.__name__
    }
    found = {name: each for name, each in vars(module).items() if isinstance(each, pa.DataFrameSchema)}
    problems: list[Problem] = []
    for name, model in models.items():
        if _is_base(model, models.values()):
            continue
        try:
            with quiet():
                found[name] = model.to_schema()
        except Exception as error:
            message = f"The model could not be read ({type(error).__name__})."
            problems.append(Problem(str(path), 0, name, message, f"Try {name}.to_schema() by itself to see why."))
    if problems:
        raise ProjectError(problems)
    return found


def _is_base(model: type, others: Iterable[type]) -> bool:
    return any(other is not model and issubclass(other, model) for other in others)
