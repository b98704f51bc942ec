"""Identity numbers and credit codes: what is wrong with one, who it belongs to, how it is shown and found again."""

import hmac
import unicodedata
from datetime import date
from hashlib import sha256

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from stdnum import numdb
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat

from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.core import clock

LENGTH = 18
# 民法典, article 17: adult with 18 years; article 1259: "and above" includes the day itself.
ADULT_YEARS = 18
# Taiwan residents' permits, which python-stdnum's table does not know.
_TAIWAN = "83"


def parse_identity_number(text: str) -> str:
    """The number as it is stored: no blanks, a capital X. Raises VerificationError that says what is wrong with it.

    Not `ric.validate`: it wants the county to have existed in the year of birth, and so refuses whoever was born before
    their county was founded, although numbers were first given out in 1984 (440305, of 1983, born 1950: a true number).
    """
    number = _compact(text)
    if len(number) != LENGTH:
        raise VerificationError(VerificationErrorCode.NUMBER_LENGTH, length=len(number))
    if not (number[:-1].isascii() and number[:-1].isdecimal()) or number[-1] not in "0123456789X":
        raise VerificationError(VerificationErrorCode.NUMBER_CHARACTERS)
    try:
        born = ric.get_birth_date(number)
    except InvalidComponent as error:
        raise VerificationError(VerificationErrorCode.NUMBER_BIRTH_DATE) from error
    if not date(1900, 1, 1) <= born <= today():
        raise VerificationError(VerificationErrorCode.NUMBER_BIRTH_DATE)
    if number[:2] != _TAIWAN and not numdb.get("cn/loc").info(number[:2])[0][1]:
        raise VerificationError(VerificationErrorCode.NUMBER_PLACE)
    if number[-1] != ric.calc_check_digit(number):
        raise VerificationError(VerificationErrorCode.NUMBER_CHECKSUM)
    return number


def parse_credit_code(text: str) -> str:
    """A company's unified social credit code as it is stored. Raises VerificationError that says what is wrong with it."""
    code = _compact(text)
    if len(code) != LENGTH:
        raise VerificationError(VerificationErrorCode.CODE_LENGTH, length=len(code))
    try:
        return uscc.validate(code)
    except InvalidFormat as error:
        raise VerificationError(VerificationErrorCode.CODE_CHARACTERS) from error
    except InvalidChecksum as error:
        raise VerificationError(VerificationErrorCode.CODE_CHECKSUM) from error


def today() -> date:
    """The day that it is in China, where birthdays and papers count."""
    return timezone.localdate(clock.now(), timezone.get_default_timezone())


def adult_on(number: str) -> date:
    """The 18th birthday of the number's holder. Who was born on 29 February waits for 1 March in a common year."""
    born = ric.get_birth_date(number)
    try:
        return born.replace(year=born.year + ADULT_YEARS)
    except ValueError:
        return date(born.year + ADULT_YEARS, 3, 1)


def require_adult(number: str) -> None:
    """Raises VerificationError UNDER_AGE until the holder's 18th birthday, in China."""
    if today() < (birthday := adult_on(number)):
        raise VerificationError(VerificationErrorCode.UNDER_AGE, day=date_format(birthday, "DATE_FORMAT"))


def masked(number: str) -> str:
    """Enough to know it again, too little to use it: 3301**********1234."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def digest_of(number: str) -> str:
    """By which the same number is found again. Keyed: all numbers of a county and a day can be tried out in a second."""
    return hmac.new(settings.IDENTITY_DIGEST_KEY.encode(), number.encode(), sha256).hexdigest()


def _compact(text: str) -> str:
    """Without blanks and dashes, capital letters; phones with a Chinese keyboard write ３３０１ as readily as 3301."""
    return "".join(unicodedata.normalize("NFKC", text).replace("-", "").split()).upper()
