"""What the adapters have in common about answers: which of them say nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from marketplace.core import clock
from marketplace.payments.gateways.base import Bill, BillKind, Unknown

# Both gateways write the bill of a day until ten the next morning, China's time.
_BILLS_ARE_WRITTEN_BY = time(10)


@contextmanager
def readable() -> Iterator[None]:
    """Turn an answer that lacks what it must say, or says it in another form, into Unknown."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unknown(f"an unreadable answer: {type(error).__name__}: {error}") from error


def require_about(number: object, asked: str) -> None:
    """Raise Unknown for an answer about something else: a signature covers the answer, not what it answers."""
    if number != asked:
        raise Unknown(f"asked about {asked}, answered about {number!r}")


def empty_bill(gateway: str, kind: BillKind, day: date) -> Bill:
    """The bill of a day on which nothing happened: the gateway makes no file then.

    Raises Unknown while the day's bill may still be written: until then its absence says nothing about the day.
    """
    if clock.now() < timezone.make_aware(datetime.combine(day + timedelta(days=1), _BILLS_ARE_WRITTEN_BY)):
        raise Unknown(f"the bill of {day} is not written yet")
    return Bill(gateway, kind, day, rows=(), raw=b"", sha256="")
