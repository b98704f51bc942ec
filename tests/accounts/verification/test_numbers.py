"""Identity numbers and credit codes: each fault has its own sentence; age counts in China's days."""

from datetime import UTC, date, datetime

import pytest
from stdnum.cn import ric

from marketplace.accounts import numbers
from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.core import clock
from tests.accounts.verification.conftest import NUMBER, credit_code, number_born

ENDS_IN_X = next(number for day in range(1, 29) if (number := number_born(date(1985, 4, day))).endswith("X"))


@pytest.mark.parametrize(
    "typed",
    [ENDS_IN_X, ENDS_IN_X.lower(), f" {ENDS_IN_X[:6]} {ENDS_IN_X[6:14]} {ENDS_IN_X[14:]} ", f"{ENDS_IN_X[:-1]}Ｘ"],
)
def test_a_number_may_be_typed_with_blanks_a_small_x_or_in_full_width(typed):
    assert numbers.parse_identity_number(typed) == ENDS_IN_X


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", VerificationErrorCode.NUMBER_LENGTH),
        (NUMBER[:-1], VerificationErrorCode.NUMBER_LENGTH),
        ("330106900307001", VerificationErrorCode.NUMBER_LENGTH),  # fifteen digits, until 2013
        (f"X{NUMBER[1:]}", VerificationErrorCode.NUMBER_CHARACTERS),
        (f"{NUMBER[:-1]}A", VerificationErrorCode.NUMBER_CHARACTERS),
        ("330106199002300000", VerificationErrorCode.NUMBER_BIRTH_DATE),
        (number_born(date(1899, 12, 31)), VerificationErrorCode.NUMBER_BIRTH_DATE),
        (number_born(date(2399, 1, 1)), VerificationErrorCode.NUMBER_BIRTH_DATE),
        (number_born(date(1990, 3, 7), place="990106"), VerificationErrorCode.NUMBER_PLACE),
        (NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), VerificationErrorCode.NUMBER_CHECKSUM),
        (f"330160{NUMBER[6:]}", VerificationErrorCode.NUMBER_CHECKSUM),  # two digits changed places
    ],
)
def test_each_fault_of_a_number_has_its_own_sentence(typed, code):
    with pytest.raises(VerificationError) as refusal:
        numbers.parse_identity_number(typed)
    assert refusal.value.code == code
    assert "%" not in refusal.value.message


@pytest.mark.parametrize(
    "number",
    [
        number_born(date(1950, 1, 1), place="440305"),  # Nanshan district was founded in 1983
        number_born(date(1990, 1, 1), place="830000"),  # residence permit of somebody from Taiwan
        number_born(date(1990, 1, 1), place="810000"),  # of somebody from Hong Kong, born before 1997
    ],
)
def test_true_numbers_that_the_library_refuses_are_accepted(number):
    """Control: were the library's own check used, these people could not sell."""
    assert not ric.is_valid(number)
    assert numbers.parse_identity_number(number) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (credit_code()[:-1], VerificationErrorCode.CODE_LENGTH),
        (f"O{credit_code()[1:]}", VerificationErrorCode.CODE_CHARACTERS),
        (credit_code()[:-1] + ("1" if credit_code()[-1] != "1" else "2"), VerificationErrorCode.CODE_CHECKSUM),
    ],
)
def test_each_fault_of_a_credit_code_has_its_own_sentence(typed, code):
    with pytest.raises(VerificationError) as refusal:
        numbers.parse_credit_code(typed)
    assert refusal.value.code == code
    assert "%" not in refusal.value.message


def test_a_credit_code_may_be_typed_small_and_with_blanks():
    assert numbers.parse_credit_code(" 91330100 madem 0001" + credit_code()[-1].lower()) == credit_code()


@pytest.mark.parametrize(
    ("born", "moment", "of_age"),
    [
        # 30 November 2026 begins in China at 16:00 UTC on the 29th.
        (date(2008, 11, 30), datetime(2026, 11, 29, 15, 59, 30, tzinfo=UTC), False),
        (date(2008, 11, 30), datetime(2026, 11, 29, 16, 0, 30, tzinfo=UTC), True),
        (date(2008, 12, 1), datetime(2026, 11, 30, 12, 0, tzinfo=UTC), False),
        # Born on 29 February: no birthday in 2026, so the day after the 28th.
        (date(2008, 2, 29), datetime(2026, 2, 28, 12, 0, tzinfo=UTC), False),
        (date(2008, 2, 29), datetime(2026, 2, 28, 16, 0, 30, tzinfo=UTC), True),
    ],
)
def test_of_age_is_who_has_had_the_18th_birthday_in_china(born, moment, of_age):
    with clock.moved_to(moment):
        if of_age:
            numbers.require_adult(number_born(born))
        else:
            with pytest.raises(VerificationError) as refusal:
                numbers.require_adult(number_born(born))
            assert refusal.value.code == VerificationErrorCode.UNDER_AGE
            assert str(born.year + 18) in refusal.value.message


def test_on_screen_the_middle_is_hidden():
    assert numbers.masked("330106199003070001") == "3301**********0001"


def test_the_digest_depends_on_the_key_and_tells_nothing_of_the_number(settings):
    before = numbers.digest_of(NUMBER)
    assert before == numbers.digest_of(NUMBER)
    settings.IDENTITY_DIGEST_KEY = "another key of at least thirty-two characters"
    assert numbers.digest_of(NUMBER) != before
