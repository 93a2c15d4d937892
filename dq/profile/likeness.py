"""How well one column of the extract fits one column of a contract: by their names, and by what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from dq.contract import Code, Contract
from dq.contract import Column as ContractColumn
from dq.contract import Table as ContractTable
from dq.profile.model import Column, Profile, Table
from dq.profile.words import Words, alike, words

NAME, CONTENT = 0.65, 0.35
"""Weights of the two; a type that cannot be rules a pair out whatever its name."""
NEUTRAL = 0.5
NEAR_LABEL = 0.85


@dataclass(frozen=True)
class Fit:
    """A pair's score from 0 to 1, and its evidence in words."""

    score: float
    evidence: str
    values: tuple[tuple[str, str], ...] = ()
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sides:
    """What is compared: a contract with a profile, and which contract table each profiled table became, as far as known."""

    contract: Contract
    profile: Profile
    became: Mapping[str, frozenset[str]]


def name_of(wanted: ContractColumn, table: ContractTable, source: Column, context: frozenset[str]) -> float:
    """How alike the names are: the contract's name, title, SSD item and target field each may be the likeness."""
    header = words(source.facts.header)
    drop = context | frozenset(words(table.name))
    field = wanted.target.field if wanted.target else ""
    best = 0.0
    for factor, name in _names(wanted.name, wanted.title, wanted.ssd or "", field):
        if best < factor:
            best = max(best, factor * alike(name, header, without=drop))
    return best


@lru_cache(maxsize=10_000)
def _names(name: str, title: str, ssd: str, field: str) -> tuple[tuple[float, Words], ...]:
    """What a contract column is called, each with how much it counts."""
    item = ssd.split("_", 1)[-1]
    target = re.sub(r"^(?:DIM|FACT)_(?:LOOKUP_)?", "", field.split(".")[-1])
    every = ((1.0, name), (0.95, title), (0.95, item), (0.85, target))
    return tuple((factor, found) for factor, one in every if (found := words(one)))


def fit(sides: Sides, wanted: ContractColumn, table: ContractTable, source: Column, of: Table, name: float) -> Fit:
    """Score a pair whose names are `name` alike."""
    content, words_, values, unmatched = _content(sides, wanted, table, source, of)
    score = 0.0 if content == 0 else NAME * name + CONTENT * content
    return Fit(score, f"name {name:.2f}, {words_}", values, unmatched)


_Told = tuple[float, str, tuple[tuple[str, str], ...], tuple[str, ...]]


def _content(sides: Sides, wanted: ContractColumn, table: ContractTable, source: Column, of: Table) -> _Told:
    facts = source.facts
    if not facts.filled:
        return NEUTRAL, "blank, so by name only", (), ()
    dated = source.type in ("date", "datetime") or source.kind.startswith("date")
    if (wanted.type in ("date", "datetime")) != dated:
        return 0.0, "one is a date, the other not", (), ()
    if dated:
        return 0.8, "both dates", (), ()
    link = sides.profile.link(of.name, source.name)
    if wanted.link is not None:
        return _linked(sides, wanted.link[0], link.to_table if link else "", of), _link_words(wanted, link is not None), (), ()
    is_key = table.key == (wanted.name,)
    unique = facts.distinct >= 0.98 * facts.filled
    if is_key or of.key == (source.name,):
        agree = is_key and unique
        return (0.9 if agree else 0.1), ("both tell rows apart" if agree else "only one of them tells rows apart"), (), ()
    if link is not None:
        return 0.15, f"links to {link.to_table}, the contract's column to nothing", (), ()
    if wanted.type == "code":
        return _coded(sides.contract.codes.get(wanted.codes or "", ()), source)
    if wanted.type in ("integer", "number"):
        number = source.type in ("integer", "number") or _digits(source)
        return (0.8 if number else 0.0), ("both numbers" if number else "not numbers"), (), ()
    return (*_text(wanted, source), (), ())


def _digits(source: Column) -> bool:
    return source.codes is not None and all(value.isdigit() for value, _ in source.codes.kept)


def _linked(sides: Sides, wanted: str, linked: str, of: Table) -> float:
    became = sides.became.get(linked, frozenset())
    if linked and became:
        return 1.0 if wanted in became else 0.1
    if wanted in sides.became.get(of.name, frozenset()) and not linked:
        return 0.4
    return NEUTRAL if linked else 0.35


def _link_words(wanted: ContractColumn, linked: bool) -> str:
    return f"both link to {wanted.link[0]}" if linked and wanted.link else "no link was found"


def _text(wanted: ContractColumn, source: Column) -> tuple[float, str]:
    named = set(words(wanted.name))
    for kind, word in (("nhs_number", "nhs"), ("upn", "upn"), ("postcode", "postcode")):
        if (source.kind == kind) != (word in named) and (source.kind == kind or "unknown" not in named):
            return (0.1, f"only one of them is a {kind.replace('_', ' ')}") if source.kind == kind else (0.3, "text")
        if source.kind == kind:
            return 1.0, f"both {kind.replace('_', ' ')}s"
    if wanted.personal == source.personal:
        return 0.7, f"text, both {wanted.personal}" if wanted.personal != "none" else "text"
    return (
        (0.4, "text, but of different kinds")
        if source.codes is None and source.type != "boolean"
        else (0.35, "a code list here, text there")
    )


def _coded(known: Sequence[Code], source: Column) -> _Told:
    seen = seen_values(source)
    if not seen:
        rare = source.facts.filled < 20
        return (NEUTRAL if rare else 0.1), ("too few rows to compare codes" if rare else "no code list here"), (), ()
    pairs, unmatched = map_values(tuple(value for value, _ in seen), tuple(known))
    rows = sum(count for value, count in seen if value in dict(pairs))
    every = sum(count for _, count in seen)
    share = rows / every if every else 0.0
    said = f"{len(pairs)} of {len(seen)} values ({share:.0%} of rows) are codes or labels of the list"
    return 0.25 + 0.75 * share * len(pairs) / len(seen), said, pairs, unmatched


def seen_values(source: Column) -> tuple[tuple[str, int], ...]:
    """The values of a column that may be shown, with their rows."""
    if source.codes is not None:
        return source.codes.kept
    if source.type == "boolean":
        return tuple((value, rows) for value, rows in source.facts.values if value.lower() in _YES | _NO)
    return ()


_YES, _NO = frozenset({"y", "yes", "true", "1"}), frozenset({"n", "no", "false", "0"})


@lru_cache(maxsize=20_000)
def map_values(seen: tuple[str, ...], known: tuple[Code, ...]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Values to codes: by the code, by its label, by yes and no, by a label that is nearly the same; and those that fit none."""
    by_code = {code.code.casefold(): code.code for code in known}
    by_label = {code.label.casefold(): code.code for code in known if code.label}
    if {"y", "n"} <= set(by_code):
        by_label |= dict.fromkeys(_YES, by_code["y"]) | dict.fromkeys(_NO, by_code["n"])
    pairs, unmatched = [], []
    for value in seen:
        plain = value.casefold()
        code = by_code.get(plain) or by_label.get(plain) or _near(value, known)
        if code is None:
            unmatched.append(value)
        else:
            pairs.append((value, code))
    return tuple(pairs), tuple(unmatched)


def _near(value: str, known: Sequence[Code]) -> str | None:
    best, code = 0.0, None
    for one in known:
        likeness = _label(value, one.label) if one.label else 0.0
        if likeness > best:
            best, code = likeness, one.code
    return code if best >= NEAR_LABEL else None


@lru_cache(maxsize=200_000)
def _label(value: str, label: str) -> float:
    """How alike a value and a code's label are: in spelling, and, of longer values, in words."""
    spelt = 0.0
    if 2 * min(len(value), len(label)) >= NEAR_LABEL * (len(value) + len(label)):
        spelt = SequenceMatcher(None, value.casefold(), label.casefold()).ratio()
    return max(spelt, alike(words(value), words(label)) if len(value) > 4 else 0.0)


def squashed(name: Words | str) -> str:
    """A name without blanks, for names that are written in one: CPVISIT is cp_visit."""
    text = name if isinstance(name, str) else "".join(name)
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    return re.sub(r"^lac", "cla", plain)
