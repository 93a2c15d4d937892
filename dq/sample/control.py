"""Control totals: what the old system counted itself on the day of an extract, table by table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dq.sample.tables import Table, World, text

# The column whose blank says that a record is open.
OPEN = {
    "early_help": "end_date", "cin_episode": "close_date", "cin_plan": "end_date", "cp_plan": "end_date",
    "cla_episode": "ceased_date", "care_leaver": "end_date",
}  # fmt: skip


def control_totals(
    tables: World, counted: np.datetime64, lost: Mapping[str, int] | None = None, more_open: Mapping[str, int] | None = None
) -> Table:
    """One row a table: its records, those `lost` on the way to the extract among them, and how many are open."""
    lost, more_open = lost or {}, more_open or {}
    names = list(tables)
    records = [len(tables[name]) + lost.get(name, 0) for name in names]
    still = [int(np.isnat(tables[name][OPEN[name]]).sum()) + more_open.get(name, 0) if name in OPEN else 0 for name in names]
    columns = {
        "table_name": np.array(names, dtype=object),
        "records": text(np.array(records)),
        "open_records": np.where([name in OPEN for name in names], text(np.array(still)), np.array(None, dtype=object)),
        "counted_date": np.full(len(names), counted, dtype="datetime64[D]"),
    }
    return Table(columns, columns["counted_date"])
