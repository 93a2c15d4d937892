"""A copy in the making: what is known of the project's columns, texts, families and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dq.contract import Contract
from dq.ingest.opening import OpenFile
from dq.privacy import files
from dq.privacy.families import Families
from dq.privacy.files import Rows, Sheet
from dq.privacy.model import Told
from dq.privacy.surrogates import Surrogates
from dq.privacy.treat import Ways

Hashes = npt.NDArray[np.uint64]
Users = tuple[OpenFile, ...]


@dataclass
class Copy:
    """A copy in the making; afterwards, in this process only, the way from originals to surrogates."""

    contract: Contract
    ways: Ways
    surrogates: Surrogates
    families: Families
    sheets: list[Sheet] = field(default_factory=list)
    known_by: dict[tuple[int, tuple[str, ...]], Hashes] = field(default_factory=dict)
    ties: dict[str, str] = field(default_factory=dict)
    counted: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    told: Told | None = None

    def parts(self) -> Iterator[tuple[int, Sheet, pa.Table, Users, Rows]]:
        """Every file, its cells, and its rows by the tables that take them."""
        for number, sheet in enumerate(self.sheets):
            table = sheet.read()
            for users, rows in files.parts(sheet, table):
                yield number, sheet, table, users, rows

    def family(self, number: int, users: Users) -> npt.NDArray[np.int64]:
        """The family of each row of a part of a file."""
        return self.families.of(self.known_by[number, names(users)])


def names(users: Users) -> tuple[str, ...]:
    """The tables that take some rows."""
    return tuple(user.table.name for user in users)
