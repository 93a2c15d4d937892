"""The functions that a predicate may use, and how each engine writes them.

Each entry gives the types of its arguments, the type of its result, and a builder that returns its tree for one
dialect. This is the one place where engines differ. Types: text, integer, number, date, datetime, boolean; `any`
takes every type, `same` the type of the first argument. Every function is NULL where an argument that it needs is
NULL, except `coalesce`, `greatest` and `least`, which pass over NULLs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from sqlglot import exp

from dq import patterns

Dialect = Literal["duckdb", "postgres", "spark"]
DIALECTS: tuple[Dialect, ...] = ("duckdb", "postgres", "spark")
CALENDAR = "dq_calendar"
CALENDAR_FUNCTIONS = ("working_days", "add_working_days")
BINARY_ORDER = "dq_binary"
"""Stands round text that is ordered (<, BETWEEN, min, ORDER BY): byte by byte on every engine."""

Tree = exp.Expr
Builder = Callable[[Sequence[Tree], Dialect], Tree]


@dataclass(frozen=True)
class Function:
    """A portable function: name, argument types, result type, how many arguments may be left out, its tree."""

    name: str
    arguments: tuple[str, ...]
    returns: str
    build: Builder
    summary: str
    optional: int = 0
    many: bool = False


FUNCTIONS: dict[str, Function] = {}


def function(
    arguments: str, returns: str, *, name: str = "", optional: int = 0, many: bool = False
) -> Callable[[Builder], Builder]:
    """Register a builder; `arguments` is a space-separated list of types, the docstring's first line the summary."""

    def register(build: Builder) -> Builder:
        key = name or build.__name__.strip("_")
        summary = (build.__doc__ or "").strip().splitlines()[0]
        FUNCTIONS[key] = Function(key, tuple(arguments.split()), returns, build, summary, optional, many)
        return build

    return register


def call(name: str, *arguments: Tree) -> exp.Anonymous:
    """A call of a portable function, not yet written for any engine."""
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def number(value: int) -> Tree:
    """An integer literal."""
    return exp.Literal.number(value)


def text(value: str) -> Tree:
    """A text literal."""
    return exp.Literal.string(value)


def in_binary_order(tree: Tree, dialect: Dialect) -> Tree:
    """Text as it is ordered: DuckDB and Spark go by bytes, PostgreSQL by the database's language unless told."""
    return exp.Collate(this=tree, expression=exp.to_identifier("C", quoted=True)) if dialect == "postgres" else tree


def cast(tree: Tree, type_: str) -> Tree:
    """A cast; `type_` as DuckDB names it. Nothing is cast twice to one type."""
    to = exp.DataType.build(type_, dialect="duckdb")
    if isinstance(tree, exp.Cast) and tree.to == to:
        return tree.copy()
    return exp.Cast(this=tree.copy(), to=to)


def native(name: str, *arguments: Tree) -> exp.Anonymous:
    """A function that only one engine knows by this name."""
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _paren(tree: Tree) -> Tree:
    return exp.Paren(this=tree.copy())


def _at_least(least: int, tree: Tree) -> Tree:
    """A position or length as engines take it, not of 64 bits; below `least` each engine goes its own way."""
    if isinstance(tree, exp.Literal) and tree.name.isdigit():
        return number(max(least, int(tree.name)))
    low = exp.If(this=exp.LT(this=tree.copy(), expression=number(least)), true=number(least))
    return cast(exp.Case(ifs=[low], default=tree.copy()), "INTEGER")


# text


@function("text", "text")
def upper(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The text in capitals."""
    return exp.Upper(this=a[0])


@function("text", "text")
def lower(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The text in small letters."""
    return exp.Lower(this=a[0])


@function("text", "text")
def trim(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The text without spaces at either end."""
    return exp.Trim(this=a[0], expression=text(" "))


@function("text", "integer")
def length(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Number of characters."""
    return exp.Length(this=a[0])


@function("text integer integer", "text", optional=1)
def substr(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Part of a text from a position, of a length; a position below 1 counts as 1, a length below 0 as 0."""
    return exp.Substring(this=a[0], start=_at_least(1, a[1]), length=_at_least(0, a[2]) if len(a) > 2 else None)


@function("text text text", "text")
def replace(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The text with each occurrence of the second replaced by the third."""
    return native("REPLACE", *a)


@function("text integer", "text")
def left(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The first n characters; none where n is below 0."""
    return exp.Left(this=a[0], expression=_at_least(0, a[1]))


@function("text integer", "text")
def right(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The last n characters; none where n is below 0."""
    return exp.Right(this=a[0], expression=_at_least(0, a[1]))


@function("text", "text", many=True)
def concat(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The texts joined; NULL where one of them is NULL."""
    return reduce(lambda x, y: exp.DPipe(this=x, expression=y), a)


@function("text text", "boolean")
def starts_with(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whether the text begins with the second."""
    return exp.EQ(this=exp.Left(this=a[0], expression=exp.Length(this=a[1].copy())), expression=a[1])


@function("text text", "boolean")
def ends_with(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whether the text ends with the second."""
    return exp.EQ(this=exp.Right(this=a[0], expression=exp.Length(this=a[1].copy())), expression=a[1])


@function("text text", "boolean")
def contains(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whether the text holds the second anywhere."""
    return exp.GT(this=exp.StrPosition(this=a[0], substr=a[1]), expression=number(0))


@function("text text", "boolean")
def regexp_matches(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whether a part of the text matches a regular expression (the common subset of RE2 and POSIX)."""
    return _matches(a[0], a[1].name, dialect)


def _matches(value: Tree, pattern: str, dialect: Dialect) -> Tree:
    return exp.RegexpLike(this=value.copy(), expression=text(patterns.written(pattern, dialect)))


# numbers


@function("number", "same", name="abs")
def _abs(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The number without its sign."""
    return exp.Abs(this=a[0])


@function("number integer", "number", name="round", optional=1)
def _round(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The number rounded to n decimal places (none unless given), halves away from zero."""
    places = a[1] if len(a) > 1 else None
    if dialect == "postgres":  # a double is rounded to even there, and to whole numbers only
        return cast(exp.Round(this=exp.cast(a[0], "decimal"), decimals=places), "DOUBLE")
    return exp.Round(this=a[0], decimals=places)


@function("number", "number")
def floor(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The greatest whole number that is not above it."""
    return exp.Floor(this=a[0])


@function("number", "number")
def ceil(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The least whole number that is not below it."""
    return exp.Ceil(this=a[0])


@function("integer integer", "integer")
def mod(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The remainder of a division, with the sign of the first number; NULL where the second is 0."""
    return exp.Mod(this=_paren(a[0]), expression=exp.Nullif(this=a[1], expression=number(0)))


METRES_IN_A_MILE = 1609.344
EARTH_IN_METRES = 6_371_008.8


@function("number number number number", "number")
def grid_miles(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Miles in a straight line between two points of one grid, each an easting and a northing in metres.

    Pythagoras. On the National Grid that is right to four parts in 10,000, the most that its scale is off (Ordnance
    Survey, A guide to coordinate systems in Great Britain, section 7). A mile is 1,609.344 m.
    """
    east, north = (_paren(exp.Sub(this=a[place + 2], expression=a[place])) for place in (0, 1))
    squares = exp.Add(this=exp.Mul(this=east, expression=east.copy()), expression=exp.Mul(this=north, expression=north.copy()))
    return exp.Div(this=native("SQRT", squares), expression=_double(METRES_IN_A_MILE))


@function("number number number number", "number")
def miles_between(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Miles over the ground between two points, each a latitude and a longitude in degrees; NULL beyond 90 degrees north or south.

    The haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984) on a globe of the Earth's mean radius, 6,371.0088
    km (IUGG); in Great Britain right to half a per cent. Directories write 99.999999 for a latitude that nobody knows.
    """
    north, east, other_north, other_east = (native("RADIANS", each) for each in a)

    def haversine(first: Tree, second: Tree) -> Tree:
        half = native("SIN", exp.Div(this=_paren(exp.Sub(this=second, expression=first)), expression=_double(2)))
        return exp.Mul(this=half, expression=half.copy())

    along = exp.Mul(
        this=exp.Mul(this=native("COS", north), expression=native("COS", other_north)), expression=haversine(east, other_east)
    )
    chord = native("LEAST", _double(1), native("SQRT", exp.Add(this=haversine(north, other_north), expression=along)))
    miles = exp.Mul(this=_double(2 * EARTH_IN_METRES / METRES_IN_A_MILE), expression=native("ASIN", chord))
    poles = [exp.LTE(this=exp.Abs(this=each.copy()), expression=number(90)) for each in (a[0], a[2])]
    known = [exp.not_(exp.Is(this=each.copy(), expression=exp.Null())) for each in (a[1], a[3])]
    return exp.Case(ifs=[exp.If(this=exp.and_(*poles, *known), true=miles)])


def _double(value: float) -> Tree:
    return cast(exp.Literal.number(value), "DOUBLE")


@function("any", "same", many=True)
def coalesce(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The first argument that is not NULL."""
    return exp.Coalesce(this=a[0], expressions=list(a[1:]))


@function("any", "same", many=True)
def greatest(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The greatest argument that is not NULL."""
    return native("GREATEST", *a)


@function("any", "same", many=True)
def least(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The least argument that is not NULL."""
    return native("LEAST", *a)


@function("any same", "same")
def nullif(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The first argument, or NULL where it equals the second."""
    return exp.Nullif(this=a[0], expression=a[1])


# dates


@function("date", "integer")
def year(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The year of a date."""
    return _part("YEAR", a[0])


@function("date", "integer")
def month(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The month of a date, 1 to 12."""
    return _part("MONTH", a[0])


@function("date", "integer")
def day(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The day of the month, 1 to 31."""
    return _part("DAY", a[0])


@function("date", "integer")
def day_of_week(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The day of the week: Monday is 1, Sunday 7."""
    if dialect == "spark":
        shifted = exp.Paren(this=exp.Add(this=native("DAYOFWEEK", a[0]), expression=number(5)))
        return _paren(exp.Add(this=exp.Mod(this=shifted, expression=number(7)), expression=number(1)))
    return _part("ISODOW", a[0])


@function("integer integer integer", "date")
def make_date(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The date of a year, month and day; NULL where there is no such day."""
    made = cast(native("MAKE_DATE", *(cast(part, "INTEGER") for part in a)), "DATE")
    year, month, day = a
    short = exp.In(this=month.copy(), expressions=[number(each) for each in (4, 6, 9, 11)])
    february = exp.EQ(this=month.copy(), expression=number(2))
    leap = exp.and_(_divides(4, year), exp.paren(exp.or_(exp.not_(_divides(100, year)), _divides(400, year))))
    last = exp.Case(ifs=[exp.If(this=short, true=number(30)), exp.If(this=exp.and_(february, leap), true=number(29))])
    last = last.when(february.copy(), number(28), copy=False).else_(number(31), copy=False)
    checked = ((year, 9999, number(9999)), (month, 12, number(12)), (day, 28, last))
    doubtful = [_between(part, number(1), end) for part, safe, end in checked if not _is_literal(part, 1, safe)]
    return exp.Case(ifs=[exp.If(this=exp.and_(*doubtful), true=made)]) if doubtful else made


def _is_literal(tree: Tree, low: int, high: int) -> bool:
    return isinstance(tree, exp.Literal) and tree.name.isdigit() and low <= int(tree.name) <= high


def _divides(by: int, value: Tree) -> Tree:
    return exp.EQ(this=exp.Mod(this=_paren(value), expression=number(by)), expression=number(0))


def _between(value: Tree, low: Tree, high: Tree) -> Tree:
    return exp.Between(this=value.copy(), low=low, high=high)


@function("date integer", "date")
def add_days(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The date n days later (earlier where n is negative)."""
    if dialect == "spark":
        return native("DATE_ADD", cast(a[0], "DATE"), cast(a[1], "INTEGER"))
    return _paren(exp.Add(this=cast(a[0], "DATE"), expression=cast(a[1], "INTEGER")))


@function("date integer", "date")
def add_months(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The same day n months later; where that month is shorter, its last day (31 January + 1 is 28 February)."""
    if dialect == "spark":
        return native("ADD_MONTHS", cast(a[0], "DATE"), cast(a[1], "INTEGER"))
    interval = exp.Interval(this=text("1"), unit=exp.Var(this="MONTH"))
    months = exp.Mul(this=interval, expression=cast(a[1], "INTEGER"))
    return cast(exp.Add(this=cast(a[0], "DATE"), expression=_paren(months)), "DATE")


@function("date integer", "date")
def add_years(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The same day n years later; 29 February becomes 28 February where there is none."""
    return add_months([a[0], exp.Mul(this=_paren(a[1]), expression=number(12))], dialect)


@function("date date", "integer")
def days_between(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Days from the first date to the second: their difference, so the next day is 1."""
    first, second = cast(a[0], "DATE"), cast(a[1], "DATE")
    if dialect == "spark":
        return native("DATEDIFF", second, first)
    return _paren(exp.Sub(this=second, expression=first))


@function("date date", "integer")
def full_months(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whole months from the first date to the second: the greatest n with add_months(first, n) <= second."""
    first, second = a
    next_day = add_days([second, number(1)], dialect)
    short = exp.and_(
        exp.LT(this=_part("DAY", second), expression=_part("DAY", first)),
        exp.NEQ(this=_part("DAY", next_day), expression=number(1)),
    )
    years = exp.Mul(this=_paren(exp.Sub(this=_part("YEAR", second), expression=_part("YEAR", first))), expression=number(12))
    months = exp.Sub(this=exp.Add(this=years, expression=_part("MONTH", second)), expression=_part("MONTH", first))
    return _paren(exp.Sub(this=months, expression=exp.Case(ifs=[exp.If(this=short, true=number(1))], default=number(0))))


@function("date date", "integer")
def full_years(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whole years from the first date to the second (an age): the whole dozens of `full_months`."""
    return cast(exp.Floor(this=exp.Div(this=full_months(a, dialect), expression=exp.Literal.number("12.0"))), "BIGINT")


@function("date date", "integer")
def working_days(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Working days (Monday to Friday, no English bank holiday) after the first date, up to and with the second."""
    return _paren(exp.Sub(this=_counted(a[1]), expression=_counted(a[0])))


@function("date integer", "date")
def add_working_days(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """The n-th working day after the date, before it where n is negative; the date itself where n is 0."""
    start, days = a
    # One join of the calendar with itself on the number of the working day: nested look-ups would compare every
    # date with every day of the calendar.
    origin, target = "dq_origin", "dq_target"
    skipped = exp.Sub(this=number(1), expression=exp.column("is_working", table=origin))
    backwards = exp.If(this=exp.LT(this=days.copy(), expression=number(0)), true=skipped)
    counted = exp.Add(this=exp.column("working_days", table=origin), expression=_paren(days))
    wanted = exp.Add(this=counted, expression=_paren(exp.Case(ifs=[backwards], default=number(0))))
    select = exp.select(exp.Max(this=exp.column("day", table=target)))
    select = select.from_(exp.alias_(exp.to_table(CALENDAR), origin)).join(
        exp.alias_(exp.to_table(CALENDAR), target),
        on=exp.EQ(this=exp.column("working_days", table=target), expression=wanted),
    )
    found = exp.Subquery(
        this=select.where(
            exp.EQ(this=exp.column("day", table=origin), expression=cast(start, "DATE")),
            exp.EQ(this=exp.column("is_working", table=target), expression=number(1)),
        )
    )
    same = exp.If(this=exp.EQ(this=days.copy(), expression=number(0)), true=cast(start, "DATE"))
    return exp.Case(ifs=[same], default=found)


def _part(unit: str, date: Tree) -> Tree:
    return cast(exp.Extract(this=exp.Var(this=unit), expression=cast(date, "DATE")), "BIGINT")


def _counted(date: Tree) -> Tree:
    return _of_day("working_days", date)


def _of_day(column: str, date: Tree) -> Tree:
    return _lookup(column, [("day", cast(date, "DATE"))])


def _lookup(column: str, where: Sequence[tuple[str, Tree]]) -> Tree:
    conditions = [exp.EQ(this=exp.column(name, table=CALENDAR), expression=value) for name, value in where]
    select = exp.select(exp.Max(this=exp.column(column, table=CALENDAR))).from_(exp.to_table(CALENDAR))
    return exp.Subquery(this=select.where(*conditions))


# identifiers


@function("text", "boolean")
def is_nhs_number(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whether the text is ten digits, not all the same, with a right check digit (modulus 11, NHS Data Dictionary)."""
    total = _weighted(a[0], [(place, 11 - place) for place in range(1, 11)])
    same = exp.In(this=a[0].copy(), expressions=[text(str(digit) * 10) for digit in range(10)])
    right_sum = exp.EQ(this=exp.Mod(this=_paren(total), expression=number(11)), expression=number(0))
    return _guarded(a[0], "^[0-9]{10}$", exp.and_(exp.not_(same), right_sum), dialect)


UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@function("text", "boolean")
def is_upn(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whether the text is a unique pupil number with a right check letter (modulus 23, DfE UPN guidance).

    A temporary number has a letter, worth its place among the check letters, as its thirteenth character.
    """
    last = exp.Substring(this=a[0].copy(), start=number(13), length=number(1))
    place = exp.Sub(this=exp.StrPosition(this=text(UPN_LETTERS), substr=last.copy()), expression=number(1))
    digit = _matches(last, "^[0-9]$", dialect)
    value = exp.Case(ifs=[exp.If(this=digit, true=_digit(last))], default=place)
    total = exp.Add(
        this=_weighted(a[0], [(position, position) for position in range(2, 13)]),
        expression=exp.Mul(this=value, expression=number(13)),
    )
    letter = exp.Substring(
        this=text(UPN_LETTERS),
        start=exp.Add(this=exp.Mod(this=_paren(total), expression=number(23)), expression=number(1)),
        length=number(1),
    )
    first = exp.Left(this=a[0].copy(), expression=number(1))
    return _guarded(a[0], f"^[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]$", exp.EQ(this=first, expression=letter), dialect)


@function("text", "boolean")
def is_postcode(a: Sequence[Tree], dialect: Dialect) -> Tree:
    """Whether the text has the form of a UK postcode, one space or none (BS 7666: no C, I, K, M, O, V at the end)."""
    pattern = "^([A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}|GIR ?0AA)$"
    return _matches(exp.Upper(this=a[0].copy()), pattern, dialect)


def _digit(character: Tree) -> Tree:
    """The value of a digit. Not by a cast: engines may cast what a CASE has ruled out, and fail."""
    return exp.paren(exp.Sub(this=native("ASCII", character), expression=number(48)))


def _weighted(value: Tree, weights: Sequence[tuple[int, int]]) -> Tree:
    terms: list[Tree] = [
        exp.Mul(this=_digit(exp.Substring(this=value.copy(), start=number(place), length=number(1))), expression=number(weight))
        for place, weight in weights
    ]
    return reduce(lambda x, y: exp.Add(this=x, expression=y), terms)


def _guarded(value: Tree, pattern: str, condition: Tree, dialect: Dialect) -> Tree:
    """`condition` where the text matches `pattern`, false where it does not, NULL where there is none."""
    matches = _matches(value, pattern, dialect)
    known = exp.Is(this=value.copy(), expression=exp.Null())
    return exp.Case(ifs=[exp.If(this=known, true=exp.Null()), exp.If(this=matches, true=condition)], default=exp.false())
