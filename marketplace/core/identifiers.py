"""Identifiers that people read and gateways accept."""

import secrets
import time

# Without 0 O 1 I L U: they are misread on a phone and misheard on a call.
READABLE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference(prefix: str) -> str:
    """A unique reference for a gateway: `prefix` (2 letters), 8 of time, 18 of chance; 28 letters and digits.

    Alphanumeric and at most 32 long, which all of Alipay's and WeChat Pay's identifiers accept (facts/payments.md, section 3).
    """
    milliseconds = int(time.time() * 1000)
    stamp = ""
    for _ in range(8):
        milliseconds, digit = divmod(milliseconds, len(READABLE_ALPHABET))
        stamp = READABLE_ALPHABET[digit] + stamp
    return prefix + stamp + "".join(secrets.choice(READABLE_ALPHABET) for _ in range(18))


def new_order_number() -> str:
    """A number to read out on the phone: ten readable characters, not sequential, so that nobody counts our orders."""
    return "".join(secrets.choice(READABLE_ALPHABET) for _ in range(10))
