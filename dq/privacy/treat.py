"""What becomes of the cells of one column of some rows of a file: first gathered, then changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dq.contract import Contract
from dq.ingest.opening import OpenFile
from dq.ingest.typed import formats_of, simple_forms
from dq.privacy.asked import Asked
from dq.privacy.dates import PLACEHOLDERS, Forms, Written, shifted
from dq.privacy.files import Column, Sheet
from dq.privacy.model import TREATMENTS, Treatment, Use
from dq.privacy.shapes import SPACE, blanked, compared, core
from dq.privacy.surrogates import Questions, Surrogates

STRICTEST = list(TREATMENTS)


@dataclass(frozen=True)
class Cells:
    """How a column of some rows is treated: by the tables that take the rows, the strictest first."""

    uses: tuple[Use, ...]
    treatment: Treatment
    known: frozenset[str]
    asked: Questions
    forms: Forms | None = None

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Table and column of each use."""
        return [(use.table, use.column.name) for use in self.uses]


@dataclass
class Ways:
    """The treatment of every column of a contract, and the codes that are known."""

    contract: Contract
    treatments: Mapping[tuple[str, str], Treatment]
    asked: Asked
    teams: set[str] = field(default_factory=set)
    _made: dict[tuple[object, ...], Cells] = field(default_factory=dict)

    def of(self, sheet: Sheet, users: tuple[OpenFile, ...], place: int) -> Cells:
        """How a column of a sheet is treated in the rows that these tables take. A column of no table is free text."""
        tables = tuple(user.table.name for user in users)
        key = (sheet.extract, sheet.ref, sheet.title, tables, place)
        if key not in self._made:
            self._made[key] = self._make(sheet, users, place)
        return self._made[key]

    def forget(self) -> None:
        """Look again, after more codes have become known."""
        self._made.clear()

    def _make(self, sheet: Sheet, users: tuple[OpenFile, ...], place: int) -> Cells:
        uses = [
            Use(user.table.name, user.table.columns[name], user.given.columns[name], self.treatments[user.table.name, name])
            for user in users
            for name, where in user.structure.positions.items()
            if where == place
        ]
        uses.sort(key=lambda use: STRICTEST.index(use.treatment))
        telling = {
            value
            for user in sheet.users
            for name, where in user.structure.filters.items()
            if where == place
            for value in user.given.rows[name]
        }
        treatment = uses[0].treatment if uses else ("code" if telling else "text")
        known = telling.union(*(use.origin.values for use in uses))
        for use in uses:
            if use.treatment == "code":
                codes = self.contract.codes.get(use.column.codes or "", ())
                known |= {code.code for code in codes} if use.column.codes else self.teams
        asked = self.asked.of((use.table, use.column.name) for use in uses)
        return Cells(tuple(uses), treatment, frozenset(known), asked, self._forms(users, uses))

    def _forms(self, users: tuple[OpenFile, ...], uses: Sequence[Use]) -> Forms | None:
        for use in uses:
            if use.column.type in ("date", "datetime"):
                user = next(each for each in users if each.table.name == use.table)
                formats = formats_of(user.given, use.column, user.source.text is None)
                return Forms(formats, time=use.column.type == "datetime")
        return None


def gather(cells: Cells, texts: Iterable[str], surrogates: Surrogates) -> None:
    """Note what will need a surrogate."""
    wanted = [word for word in map(core, texts) if word and word not in cells.known]
    if cells.treatment == "number":
        surrogates.numbers.gather(wanted, cells.asked)
    elif cells.treatment == "name":
        surrogates.gather_names(wanted, cells.asked)
    elif cells.treatment == "code":
        like = {compared(word) for word in cells.known}
        surrogates.numbers.banned |= like
        surrogates.numbers.gather((word for word in wanted if compared(word) not in like), cells.asked)


def change(cells: Cells, column: Column, surrogates: Surrogates) -> list[str | None]:
    """The distinct texts of a column as they will stand; dates that are shifted are not its business."""
    like = {compared(word) for word in cells.known} if cells.treatment == "code" else set()
    return [_in_its_space(text, _changed(cells, core(text), surrogates, like)) for text in column.texts]


def read_dates(cells: Cells, column: Column) -> list[Written | None]:
    """The dates that the distinct texts of a column say; none for other text, for placeholders and for words of the map."""
    assert cells.forms is not None
    words = [core(text) for text in column.texts]
    read = [None if not word or word in cells.known else cells.forms.read(word) for word in words]
    return [None if each is None or each.day in PLACEHOLDERS else each for each in read]


def shift(
    cells: Cells, column: Column, written: Sequence[Written | None], weeks: npt.NDArray[np.int64], surrogates: Surrogates
) -> Column:
    """A column of dates, each shifted by the weeks of its row; what is no date as `change` has it."""
    other = change(cells, column, surrogates)
    pairs, back = np.unique(np.stack([column.places, np.where(column.places < 0, 0, weeks)]), axis=1, return_inverse=True)
    texts: list[str | None] = []
    for place, by in pairs.T.tolist():
        date = written[place] if place >= 0 else None
        if date is None:
            texts.append(other[place] if place >= 0 else None)
        else:
            texts.append(_in_its_space(column.texts[place], shifted(core(column.texts[place]), date, by)))
    numbered = {text: number for number, text in enumerate(dict.fromkeys(text for text in texts if text is not None))}
    places = np.array([-1 if text is None else numbered[text] for text in texts], dtype=np.int64)
    return Column(list(numbered), places[back.reshape(-1)])


def _changed(cells: Cells, word: str, surrogates: Surrogates, like: set[str]) -> str:
    if not word or word in cells.known:
        return word
    if cells.treatment == "number":
        return surrogates.numbers.of(word)
    if cells.treatment == "name":
        return surrogates.name(word, cells.asked)
    if cells.treatment == "code":
        return word if compared(word) in like else surrogates.numbers.of(word)
    if cells.treatment == "measure":
        return word if any(form.fullmatch(word) for form in simple_forms(cells.uses[0].column)) else blanked(word)
    if cells.treatment in ("date", "day"):
        written = cells.forms.read(word) if cells.forms else None
        keep = written is not None and (cells.treatment == "day" or written.day in PLACEHOLDERS)
        return word if keep else blanked(word)
    if cells.treatment == "kept":
        return word
    return blanked(word, surrogates.asked.stays(word, cells.asked) if cells.asked else ())


def _in_its_space(text: str, word: str) -> str:
    start = len(text) - len(text.lstrip(SPACE))
    return text[:start] + word + text[start + len(core(text)) :]
