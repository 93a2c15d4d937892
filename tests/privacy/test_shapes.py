"""Surrogates keep shape, equality and validity; dates keep their form."""

from __future__ import annotations

import datetime as dt
import re

from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from dq.privacy.asked import Asked
from dq.privacy.dates import Forms, shifted
from dq.privacy.shapes import blanked, compared, core, dressed, is_nhs_number, is_placeholder, is_upn
from dq.privacy.surrogates import Surrogates

SECRET = b"s" * 32
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
PLAIN = st.text("AaBbZz019 -/'éÉłß", min_size=1, max_size=14)


def surrogates(texts: list[str]) -> Surrogates:
    made = Surrogates.keyed(SECRET, Asked(), {}, {})
    made.numbers.gather(texts, frozenset())
    made.gather_names(texts, frozenset())
    made.numbers.settle()
    made.words.settle()
    return made


def shape(text: str) -> str:
    """Class of every character; letters outside ASCII by where they stand."""

    def kind(character: str) -> str:
        if not character.isalnum():
            return character
        if not character.isalpha():
            return "0" if character.isascii() else "9"
        if character.isascii():
            return "A" if character.isupper() else "a"
        return "L" if ord(character) < 256 else "E"

    return "".join(map(kind, text))


@given(st.lists(PLAIN, min_size=1, max_size=20))
def test_length_classes_signs_and_spaces_stay(texts: list[str]) -> None:
    made = surrogates(texts)
    for text in texts:
        assert shape(made.numbers.of(text)) == shape(text)
        assert shape(made.staff_name(text)) == shape(text)


@given(st.lists(PLAIN, min_size=2, max_size=20))
def test_equal_texts_stay_equal_however_they_are_compared_and_others_do_not_become_so(texts: list[str]) -> None:
    made = surrogates(texts)
    for one in texts:
        for two in texts:
            a, b = made.numbers.of(one), made.numbers.of(two)
            assert (one == two) == (a == b)
            assert (compared(one) == compared(two)) == (compared(a) == compared(b))


@given(TEXTS)
def test_what_is_compared_can_be_dressed_again(text: str) -> None:
    assert dressed(text, compared(text)).casefold() == text.casefold()
    assert len(blanked(text)) == len(text)
    assert set(blanked(text)) - {"x", "X", "0", "ë", "Ë", "ž", "Ž"} <= {each for each in text if not each.isalnum()}


@given(st.lists(st.from_regex(r"[1-9][0-9]{9}", fullmatch=True), min_size=1, max_size=30))
def test_a_wrong_nhs_number_stays_wrong_and_a_right_one_right(numbers: list[str]) -> None:
    right = [number[:9] + digit for number in numbers for digit in "0123456789" if nhs.is_valid(number[:9] + digit)]
    made = surrogates([*numbers, *right])
    for number in [*numbers, *right]:
        surrogate = made.numbers.of(number)
        assert nhs.is_valid(surrogate) == nhs.is_valid(number) or is_placeholder(number)
        spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
        assert made.numbers.of(spaced).replace(" ", "") == surrogate
    assert any(made.numbers.of(number) != number for number in numbers) or all(map(is_placeholder, numbers))


@given(st.lists(st.from_regex(r"[A-HJ-NP-RT-Z](801|873)[0-9]{9}", fullmatch=True), min_size=1, max_size=10))
def test_a_wrong_upn_stays_wrong_and_a_right_one_right(numbers: list[str]) -> None:
    right = [upn.calc_check_digit(number[1:]) + number[1:] for number in numbers]
    made = surrogates([*numbers, *right])
    for number in right:
        assert is_upn(made.numbers.of(number).lower()) and made.numbers.of(number) != number
    for number in numbers:
        assert is_upn(made.numbers.of(number).lower()) == is_upn(number.lower())


def test_placeholders_stay() -> None:
    made = surrogates(["0000000000", "9999999999", "Unknown", "UNBORN", "7201273426"])
    assert [made.numbers.of(text) for text in ("0000000000", "9999999999")] == ["0000000000", "9999999999"]
    assert made.staff_name("Unknown UNBORN") == "Unknown UNBORN"
    assert is_nhs_number(made.numbers.of("7201273426"))


def test_every_number_of_a_small_space_gets_one_of_its_own() -> None:
    texts = [str(number) for number in range(100)]
    made = surrogates(texts)
    assert len({made.numbers.of(text) for text in texts}) == 100


DAYS = st.dates(dt.date(1930, 1, 1), dt.date(2039, 12, 31))


@given(DAYS, st.integers(-52, 52), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%Y%m%d"]))
def test_a_date_is_shifted_in_its_own_form(day: dt.date, weeks: int, form: str) -> None:
    forms = Forms([form], time=False)
    text = day.strftime(form)
    written = forms.read(text)
    assert written is not None and written.day == day
    assert shifted(text, written, weeks) == (day + dt.timedelta(weeks=weeks)).strftime(form)


def test_times_short_days_and_case_are_kept() -> None:
    forms = Forms(["%d/%m/%Y", "%d-%b-%Y"], time=True)
    for text, later in (
        ("1/2/2024", "8/2/2024"), ("01/02/2024 09:30", "08/02/2024 09:30"), ("24-FEB-2024", "02-MAR-2024"),
        ("24-feb-2024T23:59:59", "02-mar-2024T23:59:59"),
    ):  # fmt: skip
        written = forms.read(text)
        assert written is not None and shifted(text, written, 1) == later


@given(st.text("0123456789/- :TabJn", max_size=16))
def test_a_blanked_date_is_no_date(text: str) -> None:
    forms = Forms(["%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%d/%m/%Y %H:%M"], time=True)
    assert forms.read(core(blanked(text))) is None
    assert re.sub(r"[0x]", "", blanked(text), flags=re.IGNORECASE) == re.sub(r"[0-9A-Za-z]", "", text)
