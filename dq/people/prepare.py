"""Names, dates and numbers of people in the form in which they are compared, in a database of the model's own.

`prepare` makes the table ``person_record`` from three Arrow tables (`dq.people.gather`): people, addresses, numbers.
Names are in capitals without accents, blanks and marks; lists hold all of a person's postcodes, streets and numbers.
A name that says there is none (UNBORN, BABY, UNKNOWN) is blank.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from dq.people.levels import KEYS

NICKNAMES = Path(__file__).parent.parent / "data" / "nicknames.csv"
NO_NAME = (
    "UNBORN", "UNKNOWN", "NOTKNOWN", "NK", "UK", "BABY", "BABYBOY", "BABYGIRL", "INFANT", "CHILD", "TEST", "DUPLICATE",
    "DONOTUSE", "NONE", "NA", "XX", "X",
)  # fmt: skip
CROWD = 500
"""A key that more people share than this says nothing of any of them, and would make too many pairs."""

_RECORDS = """
CREATE TABLE person_cleaned AS
WITH lived AS (
  SELECT id,
         list(DISTINCT postcode ORDER BY postcode) FILTER (postcode IS NOT NULL) AS postcodes,
         list(DISTINCT street ORDER BY street) FILTER (street IS NOT NULL) AS streets,
         arg_max(postcode, since) AS postcode, arg_max(street, since) AS street
  FROM (SELECT id, nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') AS postcode,
               nullif(regexp_replace(upper(strip_accents(line)), '[^A-Z0-9]', '', 'g'), '') AS street,
               coalesce(since, '') || chr(31) || coalesce(postcode, '') || chr(31) || coalesce(line, '') AS since
        FROM given_address)
  GROUP BY id
), numbered AS (
  SELECT id, list(value ORDER BY value) FILTER (kind = 'nhs_number') AS nhs_numbers,
         list(value ORDER BY value) FILTER (kind = 'upn') AS upns
  FROM (SELECT DISTINCT id, kind, nullif(regexp_replace(upper(value), '[^A-Z0-9]', '', 'g'), '') AS value FROM given_number)
  WHERE value IS NOT NULL GROUP BY id
), named AS (
  SELECT *, nullif(regexp_replace(upper(strip_accents(forename)), '[^A-Z]', '', 'g'), '') AS plain_forename,
         nullif(regexp_replace(upper(strip_accents(surname)), '[^A-Z]', '', 'g'), '') AS plain_surname
  FROM given_person
)
SELECT row_number() OVER (ORDER BY length(p.id), p.id) AS number, p.id, p.row_id,
       CASE WHEN plain_forename NOT IN (SELECT word FROM no_name) THEN plain_forename END AS forename,
       CASE WHEN plain_surname NOT IN (SELECT word FROM no_name) THEN plain_surname END AS surname,
       list_filter(regexp_split_to_array(upper(strip_accents(coalesce(surname, ''))), '[^A-Z]+'), lambda x: length(x) > 2)
         AS surname_parts,
       date_of_birth AS born, left(date_of_birth, 4) || '-' || right(date_of_birth, 2) || '-' || date_of_birth[6:7] AS born_swapped,
       try_cast(left(date_of_birth, 4) AS INTEGER) AS year, upper(sex) AS sex,
       l.postcode, l.street, coalesce(l.postcodes, []) AS postcodes, coalesce(l.streets, []) AS streets,
       n.nhs_numbers[1] AS nhs_number, coalesce(n.nhs_numbers, []) AS nhs_numbers,
       n.upns[1] AS upn, coalesce(n.upns, []) AS upns
FROM named AS p LEFT JOIN lived AS l USING (id) LEFT JOIN numbered AS n USING (id)
"""

_KEYED = """
CREATE TABLE person_keyed AS
SELECT p.*, coalesce(k.families, []) AS known_as,
       CASE WHEN born[6:] = '01-01' THEN born || coalesce(left(surname, 2), '') ELSE least(born, born_swapped) END AS born_key,
       least(forename, surname) || ' ' || greatest(forename, surname) AS name_key,
       postcode AS postcode_key, street AS street_key,
       surname || ' ' || left(forename, 1) AS surname_key, forename || ' ' || left(surname, 2) AS forename_key
FROM person_cleaned AS p
LEFT JOIN (SELECT name, list(family ORDER BY family) AS families FROM nickname GROUP BY name) AS k ON k.name = p.forename
"""


def prepare(connection: duckdb.DuckDBPyConnection, people: pa.Table, addresses: pa.Table, numbers: pa.Table) -> None:
    """Make ``person_record``, a row a person, numbered in the order of their ids (shorter first, then by character)."""
    for name, rows in (("given_person", people), ("given_address", addresses), ("given_number", numbers)):
        connection.register(name, rows)
    connection.execute("CREATE TABLE no_name AS SELECT unnest(?) AS word", [list(NO_NAME)])
    families = nicknames()
    connection.execute("CREATE TABLE nickname (name VARCHAR, family INTEGER)")
    connection.execute(
        "INSERT INTO nickname SELECT unnest(?), unnest(?)", [[name for name, _ in families], [number for _, number in families]]
    )
    connection.execute(_RECORDS)
    connection.execute(_KEYED)
    kept = ", ".join(
        f"CASE WHEN count(*) OVER (PARTITION BY {key}) <= {CROWD} THEN {key} END AS {key}" for key in KEYS if key.endswith("_key")
    )
    dropped = ", ".join(key for key in KEYS if key.endswith("_key"))
    connection.execute(f"CREATE TABLE person_record AS SELECT * EXCLUDE ({dropped}), {kept} FROM person_keyed ORDER BY number")
    for name in ("given_person", "given_address", "given_number"):
        connection.unregister(name)


@cache
def nicknames() -> tuple[tuple[str, int], ...]:
    """(name, family) in capitals: names of one family are forms of one name; a name may be of several."""
    with NICKNAMES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        (form.upper(), family) for family, row in enumerate(rows, start=1) for form in (row["name"], *row["forms"].split())
    )
