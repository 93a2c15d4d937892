"""Between the rows of a table and the columns of a backup: types, and what a value is on either side.

A table is taken as it stood after a migration, so that a backup of an older dq can be read. Whatever table or field is added
later, it is in a backup; a kind of field that has no type here is refused, and a test says so before a user does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Field, Model

from dq.errors import DqError
from dq.store.bulk import BATCH, batches

TYPES: dict[str, pa.DataType] = {
    "AutoField": pa.int64(), "BigAutoField": pa.int64(), "BigIntegerField": pa.int64(), "IntegerField": pa.int64(),
    "SmallIntegerField": pa.int64(), "PositiveIntegerField": pa.int64(), "PositiveBigIntegerField": pa.int64(),
    "PositiveSmallIntegerField": pa.int64(), "FloatField": pa.float64(), "BooleanField": pa.bool_(),
    "CharField": pa.string(), "TextField": pa.string(), "SlugField": pa.string(), "JSONField": pa.string(),
    "DateField": pa.date32(), "DateTimeField": pa.timestamp("us", tz="UTC"), "BinaryField": pa.binary(),
}  # fmt: skip
"""Django's kind of field, and its type in a backup."""
SAME = ("int64", "string", "bool", "double")
"""Types whose values go into both databases as they are."""


def tables(connection: BaseDatabaseWrapper, migration: str) -> list[type[Model]]:
    """Every table of the store as it stood after a migration; those of today where nothing came later."""
    loader = MigrationExecutor(connection).loader
    if ("store", migration) in loader.graph.leaf_nodes():
        models = apps.get_app_config("store").get_models(include_auto_created=True)
    else:
        models = loader.project_state(("store", migration)).apps.get_models(include_auto_created=True)
    return sorted(models, key=lambda model: str(model._meta.db_table))


def fields(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns of a table."""
    return list(model._meta.local_concrete_fields)


def kind(field: Field[Any, Any]) -> str:
    """A field's kind; a reference's is that of what it refers to."""
    while field.remote_field is not None:
        field = field.target_field
    return str(field.get_internal_type())


def schema(model: type[Model]) -> pa.Schema:
    """The columns of a table in a backup."""
    unknown = [f"{model._meta.db_table}.{each.column}" for each in fields(model) if kind(each) not in TYPES]
    if unknown:
        raise DqError(f"A backup has no type for {', '.join(unknown)}.")
    return pa.schema([pa.field(each.column, TYPES[kind(each)], nullable=each.null) for each in fields(model)])


def read(connection: BaseDatabaseWrapper, model: type[Model]) -> Iterator[pa.RecordBatch]:
    """All rows of a table, in the order of its key, a batch at a time."""
    shape = schema(model)
    texts = [place for place, each in enumerate(fields(model)) if kind(each) == "JSONField"]
    rows = model._base_manager.using(connection.alias).order_by("pk").values_list(*(each.attname for each in fields(model)))
    for batch in batches(rows.iterator(chunk_size=BATCH)):
        columns: list[Sequence[object]] = list(zip(*batch, strict=True))
        for place in texts:
            columns[place] = [None if value is None else json.dumps(value, ensure_ascii=False) for value in columns[place]]
        arrays = [pa.array(values, each.type) for values, each in zip(columns, shape, strict=True)]
        yield pa.record_batch(arrays, schema=shape)


def rows(connection: BaseDatabaseWrapper, model: type[Model], found: Iterator[pa.RecordBatch]) -> Iterator[Sequence[object]]:
    """Rows of a backup as the database takes them."""
    shape = schema(model)
    turns = [
        None if str(TYPES[kind(each)]) in SAME and kind(each) != "JSONField" else _turn(connection, each) for each in fields(model)
    ]
    for batch in found:
        columns = [batch.column(each.name).cast(each.type).to_pylist() for each in shape]
        for place, turn in enumerate(turns):
            if turn is not None:
                columns[place] = [turn(value) for value in columns[place]]
        yield from zip(*columns, strict=True)


def _turn(connection: BaseDatabaseWrapper, field: Field[Any, Any]) -> Callable[[Any], object]:
    is_text = kind(field) == "JSONField"

    def turn(value: Any) -> object:
        if value is None:
            return None
        return field.get_db_prep_save(json.loads(value) if is_text else value, connection)

    return turn
