"""Source maps: how one legacy system's files, columns and values become the contract's."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dq import yamlfile
from dq.contract import Contract
from dq.errors import DqError, PackError, did_you_mean


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ColumnSource(_Frozen):
    """Where a contract column comes from: a source column (its values mapped), or a constant."""

    source: str | None = Field(None, validation_alias="from")
    constant: str | None = None
    values: dict[str, str | None] = {}
    date_formats: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: object) -> object:
        if isinstance(data, str):
            return {"from": data}
        return data

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnSource:
        if (self.source is None) == (self.constant is None):
            raise ValueError("give either a column of the file (from:) or a constant, not both")
        return self


class TableSource(_Frozen):
    """The files that a contract table comes from, the rows of them that belong to it, and its columns."""

    files: tuple[str, ...]
    columns: dict[str, ColumnSource]
    sheet: str | None = None
    rows: dict[str, tuple[str, ...]] = {}


class SourceMap(_Frozen):
    """One legacy system's way of writing the contract's tables."""

    system: str
    tables: dict[str, TableSource]
    title: str = ""
    date_formats: tuple[str, ...] = ()
    note: str | None = None


def load(path: Path, contract: Contract) -> SourceMap:
    """Read a source map and hold it against the contract; raises `PackError` with every fault."""
    try:
        document = yamlfile.read(path, text_below=("values", "rows"))
        source_map = yamlfile.validate(SourceMap, document)
    except DqError as error:
        raise PackError(error.problems) from None
    problems = []
    for name, table in source_map.tables.items():
        if name not in contract.tables:
            fix = did_you_mean(name, contract.tables)
            problems.append(document.problem(("tables", name), f"The contract has no table {name!r}.", fix=fix))
            continue
        for column, origin in table.columns.items():
            where = ("tables", name, "columns", column)
            if column not in contract.tables[name].columns:
                fix = did_you_mean(column, contract.tables[name].columns)
                message = f"Table {name!r} of the contract has no column {column!r}."
                problems.append(document.problem(where, message, fix=fix))
                continue
            known = {code.code for code in contract.codes.get(contract.column(name, column).codes or "", ())}
            for value in dict.fromkeys([origin.constant, *origin.values.values()]):
                if known and value is not None and value not in known:
                    fix = did_you_mean(value, known)
                    problems.append(document.problem(where, f"{value!r} is not in the code list of {name}.{column}.", fix=fix))
    if problems:
        raise PackError(problems)
    return source_map
