"""From the text of a predicate or a view to a checked tree, in which nothing is written for an engine yet."""

from dq.expression import calls, conditions, selects, windows
from dq.expression.reader import (
    Catalogue,
    Fault,
    Kind,
    Reader,
    Reading,
    Relation,
    Scope,
    handles,
    parse,
)
from dq.expression.selects import read_select

__all__ = [
    "Catalogue", "Fault", "Kind", "Reader", "Reading", "Relation", "Scope", "calls", "conditions", "handles", "parse",
    "read_select", "selects", "windows",
]  # fmt: skip
