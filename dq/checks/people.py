"""The check of people among each other: distinct_people."""

from __future__ import annotations

from sqlglot import exp

from dq.checks.registry import CheckFault, Condition, Limit, Subject, check, limit, present
from dq.functions import Tree


@check
def distinct_people(subject: Subject, weight: Limit) -> Condition:
    """No other record is likely the same person's: the project's people model gives no pair at least this match weight.

    One exception a pair. Unknown where a record has neither a name nor a number. Needs `people:` in the contract, the
    extra `people`, and the project's people.json; see docs/people.md.
    """
    words = subject.contract.people
    if words is None or subject.relation.name != subject.contract.person_table:
        raise CheckFault(
            "distinct_people compares records of the person table.",
            "Use it there, and say in dataset.yaml which columns are whose.",
        )
    named = [exp.and_(present(subject.col(word))) for part, word in words.own.items() if part not in ("date_of_birth", "sex")]
    known: Tree = exp.Case(ifs=[exp.If(this=exp.or_(*named), true=exp.true())])
    least = limit(weight)
    likely = exp.GTE(this=exp.column("weight", table="pair", quoted=True), expression=least.copy())
    pairs = exp.select(exp.alias_(exp.column("row_id", table="pair", quoted=True), "row_id", quoted=True))
    pairs = pairs.from_(exp.alias_(exp.to_table("dq_pair"), "pair", table=True)).where(likely)
    return Condition(known, tuple(words.own.values()), failing_rows=pairs, pairs=least, tables=words.tables)
