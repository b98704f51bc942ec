"""A process that pays orders until it is told to stop, and says of each that its service returned: then it has to stay."""

import os
import sys
from itertools import count

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402 Django has to be set up before
from django.utils import timezone  # noqa: E402

from marketplace.gigs.models import Gig  # noqa: E402
from marketplace.payments.gateways.base import PaymentState, PaySnapshot  # noqa: E402
from marketplace.payments.models import Payment  # noqa: E402
from marketplace.payments.services import apply_snapshot  # noqa: E402
from tests import factories  # noqa: E402


def pay(gig: Gig) -> str:
    """One order, and what a gateway says once it is paid; returns the order's number."""
    order = factories.make_order(gig=gig, buyer=factories.make_user())
    payment = Payment.objects.create(
        order=order,
        gateway="alipay",
        out_trade_no=f"PA{order.number}",
        amount_fen=order.total_fen,
        expires_at=order.payment_expires_at,
    )
    said = PaySnapshot(payment.out_trade_no, PaymentState.PAID, f"T{order.number}", payment.amount_fen, timezone.now())
    apply_snapshot(payment_id=payment.pk, snapshot=said)
    return order.number


def pay_until(stop: str) -> None:
    """Pay one order after the other; a line each: its number, or what the database said instead."""
    factories._sequence = count(os.getpid() * 1_000_000)  # names that no other of these processes gives
    gig = None
    while not os.path.exists(stop):
        try:
            gig = gig or factories.make_gig()
            print("paid", pay(gig), flush=True)
        except (InterfaceError, OperationalError) as error:
            gig = None
            print("refused", str(error).splitlines()[0], flush=True)
            connection.close()


if __name__ == "__main__":
    pay_until(sys.argv[1])
