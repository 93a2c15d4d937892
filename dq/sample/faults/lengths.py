"""Faults of texts that are longer than the target's field."""

from __future__ import annotations

from dq.sample.days import Numbers
from dq.sample.faults.consequences import PARTLESS
from dq.sample.faults.inert import INERT
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import KEYS, plants
from dq.sample.faults.simple import Allowed, Value, cell
from dq.sample.tables import same

RARE = 0.1
LONG = "see the paper file, "

# Numbers of records to which nothing is linked.
_KEYS = """
    address assessment care_leaver cin_episode cin_visit cla_care_plan cla_episode cla_health cla_review cla_visit
    contact cp_review cp_visit disability early_help family immigration_status initial_cp_conference involvement
    legal_status missing permanence previous_permanence s47_enquiry sdq_score substance_misuse
"""
_TEXTS = {
    "cp_review.meeting_id": 4, "early_help.organisation": 8, "family.family_id": 4, "initial_cp_conference.meeting_id": 4,
    "person.forename": 14, "person.nationality": 4, "professional.job_title": 30,
    "professional.staff_id": 4,
}  # fmt: skip
_ALSO = {
    "address.postcode": ("ADR-002",), "person.nhs_number": ("PER-012",), "placement.postcode": ("PLA-010",),
    "placement.urn": ("PLA-008",), "professional.registration_number": ("ALL-008",),
}  # fmt: skip


def _allowed(table: str) -> Allowed:
    return PARTLESS.get(table, INERT[table])


def _filled(table: str, column: str) -> Allowed:
    return lambda x: INERT[table](x) & x.filled(table, column)


def _longer(table: str, column: str) -> Value:
    return lambda x, rows: x[table][column][rows].astype(object) + " " + LONG * 4


for _table in _KEYS.split():

    def _long_key(x: Planting, rows: Numbers, table: str = _table) -> object:
        return x[table][KEYS[table]][rows].astype(object) + "0" * 50

    cell(f"LOD-004.{_table}.{KEYS[_table]}", _table, KEYS[_table], _allowed(_table), _long_key, weight=RARE)
for _name, _times in _TEXTS.items():
    _table, _column = _name.split(".")
    cell(f"LOD-004.{_name}", _table, _column, INERT[_table], LONG * _times, weight=RARE)
for _name, _rules in _ALSO.items():
    _table, _column = _name.split(".")
    cell(f"LOD-004.{_name}", _table, _column, _filled(_table, _column), _longer(_table, _column), also=_rules, weight=RARE)


def _everywhere(rule: str, table: str, column: str, linked: tuple[tuple[str, str], ...], allowed: Allowed) -> None:
    """A long number that the records linked to it bear too."""

    def planter(x: Planting) -> None:
        rows = x.pick(table, allowed(x))
        for row in rows:
            number = x[table][column][row]
            for other, there in linked:
                mine = x.linked(table, row, column, other, there)
                x.set(other, there, mine, number + "0" * 50)
        x.set(table, column, rows, x[table][column][rows] + "0" * 50)
        x.expect(rule, table, rows)

    plants(rule, RARE)(planter)


_everywhere(
    "LOD-004.cp_plan.plan_id",
    "cp_plan",
    "plan_id",
    (("cp_visit", "plan_id"), ("cp_review", "plan_id"), ("initial_cp_conference", "plan_id")),
    INERT["cp_plan"],
)
_everywhere("LOD-004.placement.placement_id", "placement", "placement_id", (("cla_episode", "placement_id"),), INERT["placement"])
_everywhere(
    "LOD-004.cla_episode.cla_id",
    "cla_episode",
    "cla_id",
    (("placement", "cla_id"), ("cla_review", "cla_id"), ("cla_visit", "cla_id"), ("permanence", "cla_id")),
    INERT["cla_episode"],
)


def _long_copy(table: str) -> None:
    """A worker or team of its own with a long number; nothing is linked to it."""

    def planter(x: Planting) -> None:
        rows = x.pick(table, _allowed(table)(x))
        added = x.add(table, rows)
        x.set(table, KEYS[table], added, x[table][KEYS[table]][rows] + "0" * 50)
        if table == "professional":
            x.set(table, "registration_number", added, None)
        x.expect(f"LOD-004.{table}.{KEYS[table]}", table, added)

    plants(f"LOD-004.{table}.{KEYS[table]}", RARE)(planter)


cell(
    "LOD-004.person.surname", "person", "surname", INERT["person"], LONG * 14, weight=RARE
)  # fmt: skip
_long_copy("professional")
_long_copy("team")


@plants("LOD-004.person.person_id", RARE)
def long_person_number(x: Planting) -> None:
    """A father with a long number, which his relationships bear too."""
    rows = x.pick("relationship", x.is_one("relationship", "type", "FATHER") & x.of("relationship", x.only_children))
    for row in rows:
        number = x["relationship"]["related_person_id"][row]
        around = x.beside("relationship", row, "relationship")
        father = x.rows_of_keys("person", [number])
        for column in ("person_id", "related_person_id"):
            x.set("relationship", column, around[x["relationship"][column][around] == number], number + "0" * 50)
        x.set("person", "person_id", father, same(number + "0" * 50, len(father)))
        x.expect("LOD-004.person.person_id", "person", father)
