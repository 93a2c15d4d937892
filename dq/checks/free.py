"""The free forms: assert, a predicate; query, a SELECT of the failing records."""

from __future__ import annotations

from sqlglot import exp

from dq.checks.registry import CheckFault, Condition, Predicate, Subject, check
from dq.expression import Fault, parse


@check
def assert_(subject: Subject, predicate: Predicate) -> Condition:
    """A predicate is true. Unknown where SQL's three-valued logic says so."""
    tree = parse(predicate)
    if isinstance(tree, Fault):
        raise CheckFault(tree.message, tree.fix)
    named = dict.fromkeys(
        column.name
        for column in tree.find_all(exp.Column, bfs=False)
        if column.table in ("", subject.alias) and column.name in subject.relation.columns
    )
    return Condition(tree, tuple(named))


@check
def query(subject: Subject, select: Predicate) -> Condition:
    """No row_id of this SELECT is the record's: the way out, for what no other check can say. Never unknown."""
    tree = parse(select)
    if isinstance(tree, Fault):
        raise CheckFault(tree.message, tree.fix)
    return Condition(exp.true(), (), failing_rows=tree)
