"""From the elements of a return to rows of its tables: one walk through the file, one child in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dq.errors import did_you_mean
from dq.ingest.model import Remark, excerpt
from dq.ingest.xml_remarks import Remarks, shown
from dq.ingest.xml_tree import Element, Record
from dq.xml_layout import Path

LONGEST_CELL = 1_000_000
DEEPEST = 64
MOST_ROWS_OF_UNIT = 100_000
_NO_LOSS = ("xmlns", "xsi:", "xml:")

AddRow = Callable[[int, list[str]], None]


class Refused(Exception):
    """The file cannot be read on: message, fix, and the line where that is not the reader's."""

    def __init__(self, message: str, fix: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.fix, self.line = message, fix, line


@dataclass(slots=True)
class _Row:
    record: Record
    line: int
    cells: list[str | None]
    above: tuple[_Frame, ...]


@dataclass(slots=True)
class _Frame:
    """An open element."""

    element: Element
    line: int
    text: list[str] = field(default_factory=list)
    length: int = 0
    rows: list[_Row] = field(default_factory=list)
    shared: dict[Path, str] | None = None
    number: int = 0


class Rows:
    """Takes elements as they begin and end, and hands each finished row to its table's `add`.

    Nothing of the file is lost in silence: what fills no cell is in `remarks`, a unit's rows are handed over when it ends.
    Raises `Refused` for a wrong root, elements too deep, a text or a unit that is too long.
    """

    def __init__(self, root_name: str, tree: Element, add: Mapping[str, AddRow]) -> None:
        self.root_name = root_name
        self.tree = tree
        self.add = add
        self.remarks = Remarks()
        self.stack: list[_Frame] = []
        self.names: list[tuple[str, int]] = []
        self.skipped = 0
        self.unit_depth = 0
        self.waiting: list[_Row] = []
        self.numbers: dict[Path, int] = {}

    def start(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        """An element begins."""
        bare = name.rpartition(":")[2]
        self.names.append((bare, line))
        if len(self.names) > DEEPEST:
            fix = "It is no return, or was made to do harm; make it again in the case-recording system."
            raise Refused(f"Elements are nested more than {DEEPEST} deep.", fix)
        if self.skipped:
            self.skipped += 1
            return
        element = self._known(bare, line)
        if element is None:
            self.skipped = 1
            return
        frame = _Frame(element, line)
        self.stack.append(frame)
        if attributes:
            self._attributes(frame, bare, attributes)
        if element.unit:
            self.unit_depth = len(self.stack) - 1
            self.numbers = {}
        if element.numbered:
            frame.number = self.numbers[element.path] = self.numbers.get(element.path, 0) + 1
        if element.records:
            above = tuple(self.stack)
            frame.rows = [_Row(record, line, [None] * len(record.columns), above) for record in element.records]

    def text(self, text: str, line: int) -> None:
        """Text stands in the open element; `line` is where the text ends."""
        if self.skipped or not self.stack:
            return
        frame = self.stack[-1]
        if frame.element.holds_text:
            frame.text.append(text)
            frame.length += len(text)
            if frame.length > LONGEST_CELL:
                fix = "An end tag is probably missing; make the file again."
                raise Refused(f"The element {frame.element.path[-1]} holds more than {LONGEST_CELL:,} characters.", fix, frame.line)
        elif word := text.strip():
            at = line - text[len(text) - len(text.lstrip()) :].count("\n")
            message = f"Text stands in {self._where()} beside its elements; it was not read."
            self.remarks.each("text", self._path(), self._remark("structure", at, message, text=excerpt(word)))

    def end(self) -> None:
        """The open element ends."""
        self.names.pop()
        if self.skipped:
            self.skipped -= 1
            return
        frame = self.stack[-1]
        if frame.element.holds_text:
            self._fill(frame, "".join(frame.text))
        self.stack.pop()
        if frame.rows:
            self.waiting += frame.rows
            if len(self.waiting) > MOST_ROWS_OF_UNIT:
                fix = "An end tag is probably missing, or two files were put into one; make the file again."
                raise Refused(f"One {self._unit_name()} holds more than {MOST_ROWS_OF_UNIT:,} records.", fix)
        if frame.element.unit or not self.unit_depth:
            self._hand_over()
        if frame.element.unit:
            self.unit_depth = 0

    def _known(self, name: str, line: int) -> Element | None:
        if not self.stack:
            if name == self.root_name:
                return self.tree
            fix = f"Is it the file of another return? A return of this kind begins with <{self.root_name}>."
            raise Refused(f"The file's first element is {shown(name)!r}, where {self.root_name!r} is expected.", fix)
        children = self.stack[-1].element.children
        if (element := children.get(name)) is None:
            near = did_you_mean(name, children)
            message = f"The element {shown(name)!r} in {self._where()} is not known; it was not read, nor what stands in it."
            remark = self._remark("structure", line, f"{message} {near}".strip(), field=shown(name))
            self.remarks.once("element", f"{self._path()}/{name}", remark)
        return element

    def _attributes(self, frame: _Frame, name: str, attributes: Mapping[str, str]) -> None:
        for attribute in attributes:
            if not attribute.startswith(_NO_LOSS):
                message = f"The attribute {shown(attribute)!r} of {shown(name)!r} is not known; it was not read."
                remark = self._remark("structure", frame.line, message, field=shown(attribute))
                self.remarks.once("attribute", f"{self._path()}/{attribute}", remark)

    def _fill(self, frame: _Frame, text: str) -> None:
        value = text if text and not text.isspace() else ""
        element = frame.element
        lost = False
        for target in element.targets:
            cells = self.stack[target.depth].rows[target.slot].cells
            before = cells[target.column]
            if target.joined is not None:
                cells[target.column] = target.joined.join(filter(None, (before, value.strip())))
            elif before is None or not before:
                cells[target.column] = value
            elif value:
                lost = True
        if element.shared and value:
            for above in self.stack[self.unit_depth : -1]:
                above.shared = above.shared or {}
                above.shared.setdefault(element.path, value)
        if lost:
            name = element.path[-1]
            message = (
                f"A value was not read: {name!r} stands in one record more than once, or beside an element that means the same."
            )
            remark = self._remark("reconciliation", frame.line, message, field=name, text=excerpt(value.strip()))
            self.remarks.each("repeated", "/".join(element.path), remark)

    def _hand_over(self) -> None:
        for row in self.waiting:
            above, row.above = row.above, ()  # rows and their elements know each other, which would keep both in memory
            cells = [cell or "" for cell in row.cells]
            if row.record.if_any and not any(cells[column] for column in row.record.if_any):
                continue
            for late in row.record.late:
                if late.path is None:
                    cells[late.column] = str(above[late.depth].number)
                elif not cells[late.column]:
                    cells[late.column] = (above[late.depth].shared or {}).get(late.path, "")
            self.add[row.record.table](row.line, cells)
        self.waiting = []

    def _remark(self, kind: str, line: int, message: str, *, field: str | None = None, text: str | None = None) -> Remark:
        table = next((frame.element.records[0].table for frame in reversed(self.stack) if frame.element.records), "")
        return Remark(kind, table, line, message, field, text)

    def _path(self) -> str:
        return "/".join(self.stack[-1].element.path)

    def _where(self) -> str:
        return self.stack[-1].element.path[-1] if len(self.stack) > 1 else self.root_name

    def _unit_name(self) -> str:
        return (
            self.stack[self.unit_depth].element.path[-1]
            if self.unit_depth and self.unit_depth < len(self.stack)
            else "part of the file"
        )
