"""A return's layout as the tree of elements that a reader walks: what each element is, and which cells its text fills."""

from __future__ import annotations

from dataclasses import dataclass, field

from dq.xml_layout import Layout, Path, RecordLayout


@dataclass(frozen=True)
class Target:
    """A cell that an element fills: depth of the record's element, which of its records, which column."""

    depth: int
    slot: int
    column: int
    joined: str | None


@dataclass(frozen=True)
class Late:
    """A cell that is filled when the unit ends: from a shared element, or (path None) the number of an element at a depth."""

    column: int
    depth: int
    path: Path | None = None


@dataclass(frozen=True)
class Record:
    """A table's rows: its columns in order, what is filled late, which columns must not all be blank."""

    table: str
    columns: tuple[str, ...]
    late: tuple[Late, ...]
    if_any: tuple[int, ...]


@dataclass
class Element:
    """An element that the layout knows; `holds_text` when its text is a value."""

    path: Path
    children: dict[str, Element] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    shared: bool = False
    numbered: bool = False
    unit: bool = False
    holds_text: bool = False


def build(layout: Layout) -> Element:
    """The tree below the root element."""
    root = Element(())
    _reach(root, layout.unit).unit = True
    for name, table in layout.tables.items():
        _record(root, layout, name, table)
    return root


def _record(root: Element, layout: Layout, name: str, table: RecordLayout) -> None:
    element = _reach(root, table.record)
    depth, slot = len(table.record), len(element.records)
    columns = tuple(table.columns)
    late: list[Late] = []
    for column, places in enumerate(table.columns.values()):
        for place in places:
            if place.numbered:
                _reach(root, place.path).numbered = True
                late.append(Late(column, len(place.path)))
            elif place.shared:
                _reach(root, place.path).shared = _reach(root, place.path).holds_text = True
                late.append(Late(column, _common(place.path, table.record), place.path))
            else:
                cell = _reach(root, place.path)
                cell.holds_text = True
                cell.targets.append(Target(depth, slot, column, place.joined))
    element.records.append(Record(name, columns, tuple(late), tuple(columns.index(one) for one in table.if_any)))


def _reach(root: Element, path: Path) -> Element:
    here = root
    for depth, name in enumerate(path, start=1):
        here = here.children.setdefault(name, Element(path[:depth]))
    return here


def _common(first: Path, second: Path) -> int:
    pairs = zip(first, second, strict=False)
    return next((depth for depth, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))
