"""Rows in every table of a store, whichever tables there are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Model

from dq.store import columns, database

ROWS = 3
MOMENT = dt.datetime(2026, 11, 28, 12, 30, 15, 123456, tzinfo=dt.UTC)


def _value(field: Any, number: int) -> object:
    """A value of the field's kind, another one for each row; text is as awkward as keys are."""
    kind = columns.kind(field)
    if kind in ("CharField", "TextField", "SlugField"):
        return f"{number} Zoë's \\N, 100 %\t{field.column}"[: field.max_length]
    values: dict[str, object] = {
        "BooleanField": number % 2 == 1, "FloatField": number + 0.1, "BinaryField": bytes([0, number]),
        "DateField": MOMENT.date() + dt.timedelta(number), "DateTimeField": MOMENT + dt.timedelta(number),
        "JSONField": {"number": number, "word": "Zoë"},
    }  # fmt: skip
    return values.get(kind, number)


def fill(connection: Any) -> None:
    """Put `ROWS` rows into every table as it stands; the last row has a null wherever one may be."""
    waiting = columns.tables(connection, database.migration(connection))
    with database.writing(connection):
        done: dict[str, list[Any]] = {}
        while waiting:
            model = next(each for each in waiting if _needs(each) <= {*done, each._meta.db_table})
            waiting.remove(model)
            done[model._meta.db_table] = [_row(connection, model, number, done) for number in range(1, ROWS + 1)]


def _needs(model: type[Model]) -> set[str]:
    return {each.related_model._meta.db_table for each in columns.fields(model) if each.remote_field is not None}


def _row(connection: Any, model: type[Model], number: int, done: dict[str, list[Any]]) -> Any:
    values: dict[str, object] = {}
    for each in columns.fields(model):
        if each.null and number == ROWS:
            continue
        if each.remote_field is not None:
            rows = done.get(each.related_model._meta.db_table)
            if rows is not None:
                values[each.attname] = getattr(rows[number - 1], each.target_field.attname)
        elif not each.get_internal_type().endswith("AutoField"):
            values[each.attname] = _value(each, number)
    row = model(**values)
    row.save(using=connection.alias, force_insert=True)
    return row


def contents(connection: Any) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by column."""
    return {
        model._meta.db_table: list(model._base_manager.using(connection.alias).order_by("pk").values())  # type: ignore[misc]
        for model in columns.tables(connection, database.migration(connection))
    }
