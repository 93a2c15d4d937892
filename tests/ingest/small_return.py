"""A small return, made up for tests: its contract with an `xml:` section, and documents of it."""

from __future__ import annotations

from pathlib import Path

from dq import contract

DATASET = """
pack: visits
title: Visits to children
person_table: Child
date_formats: ["%Y-%m-%d", "%d/%m/%Y"]
xml:
  root: Return
  unit: Body/Child
  format_setting: file_format
  columns:
    number: /Body/Child/Who/Number
    plan: {number: Body/Child/Plan}
  tables:
    Header: {record: Head, columns: {year: About/Year}}
    Child:
      record: Body/Child/Who
      columns: {number: Number, sex: [Sex, Gender]}
    Need: {record: Body/Child/Needs/Need, columns: {need: .}}
    Plan: {record: Body/Child/Plan, columns: {reasons: {all: Reasons/Reason, joined: "; "}}}
    Visit: {record: Body/Child/Plan/Visit, columns: {plan_began: /Body/Child/Plan/began}}
    Guardian: {record: Body/Child/Who, columns: {name: GuardianName}, if_any: [name]}
agree: {year: Header.year}
tables:
  Header: {title: Header, key: [year], optional: true, columns: {year: {title: Year}}}
  Child:
    title: Children
    key: [number]
    columns: {number: {title: Number}, sex: {title: Sex}, born: {title: Born, type: date}}
  Need:
    title: Needs
    key: [number, need]
    person: number
    optional: true
    columns: {number: {title: Number, links: Child.number}, need: {title: Need}}
  Plan:
    title: Plans
    key: [number, plan]
    person: number
    optional: true
    columns:
      number: {title: Number, links: Child.number}
      plan: {title: Plan}
      began: {title: Began, type: date}
      reasons: {title: Reasons}
  Visit:
    title: Visits
    key: [number, plan, seen]
    person: number
    optional: true
    columns:
      number: {title: Number, links: Child.number}
      plan: {title: Plan}
      plan_began: {title: Plan began, type: date}
      seen: {title: Seen, type: date}
  Guardian:
    title: Guardians
    key: [number]
    person: number
    optional: true
    columns: {number: {title: Number, links: Child.number}, name: {title: Name}}
  Child_last: {title: Children last year, key: [number], person: number, optional: true, last_year_of: Child,
               columns: {number: {title: Number}, sex: {title: Sex}, born: {title: Born, type: date}}}
  Club: {title: Clubs, key: [club], optional: true, columns: {club: {title: Club}}}
"""

WHOLE = """<?xml version="1.0" encoding="UTF-8"?>
<Return>
  <Head><About><Year>2026</Year></About></Head>
  <Body>
    <Child>
      <Who>
        <Number>C1</Number><Sex>F</Sex>
        <born>2015-03-27</born>
        <GuardianName>Osk</GuardianName>
      </Who>
      <Needs><Need>N1</Need><Need>N2</Need></Needs>
      <Plan>
        <Reasons><Reason>A</Reason><Reason>B</Reason></Reasons>
        <Visit><seen>2026-01-05</seen></Visit>
        <began>2026-01-01</began>
        <Visit><seen>2026-02-05</seen></Visit>
      </Plan>
      <Plan><began>2026-03-01</began><Reasons/></Plan>
    </Child>
    <Child>
      <Plan><Visit><seen>2026-03-05</seen></Visit></Plan>
      <Needs/>
      <Who><Number>C2</Number><Gender>2</Gender></Who>
    </Child>
  </Body>
</Return>
"""


def write_pack(folder: Path, dataset: str = DATASET) -> Path:
    """The pack of the return in a folder of its own; its setting says how the return was given."""
    pack = folder / "visits"
    (pack / "codes").mkdir(parents=True)
    (pack / "dataset.yaml").write_text(dataset, encoding="utf-8")
    settings = "settings:\n  file_format: {type: text, value: unknown}\n  year: {type: integer, value: 2026}\n"
    (pack / "settings.yaml").write_text(settings, encoding="utf-8")
    return pack


def load(folder: Path, dataset: str = DATASET) -> contract.Contract:
    """The contract of the return."""
    return contract.load(write_pack(folder, dataset))


def document(body: str, head: str = "") -> str:
    """A return with these elements in its body."""
    return f"<Return>{head}<Body>{body}</Body></Return>"


def child(number: str, more: str = "", who: str = "") -> str:
    """A child with further elements."""
    return f"<Child><Who><Number>{number}</Number>{who}</Who>{more}</Child>"
