"""A day that is over, here and at the sandbox: its bills can be had."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from marketplace.core import clock
from marketplace.orders.models import Refund
from marketplace.payments import services
from marketplace.payments.gateways.base import BillKind, PayScene
from marketplace.payments.models import AccountBalance, Payment, Payout
from marketplace.payments.services import reconciliation
from tests.factories import make_gig, make_order
from tests.payments.sandbox.conftest import fetch

DAY = timedelta(days=1)
GATEWAYS = ["alipay", "wechatpay"]


class Yesterday:
    """Purchases of yesterday at one gateway, paid for real at its sandbox."""

    def __init__(self, sandbox, gateway_code):
        self.sandbox, self.code = sandbox, gateway_code

    def buy(self, *, told=True, price_fen=10_000):
        order = make_order(gig=make_gig(price_fen=price_fen))
        return self.pay(services.start_payment(order_id=order.pk, gateway_code=self.code), told=told)

    def pay(self, payment, *, told=True):
        self.sandbox.fault(payment.out_trade_no, no_notify=True)
        scene = PayScene.PAGE if self.code == "alipay" else PayScene.QR
        intent = services.begin_payment(payment=payment, scene=scene)
        if self.code == "alipay":
            fetch(intent.url)  # the cashier brings the trade into being
            self.sandbox.pay(payment.out_trade_no)
        else:
            self.sandbox.control(f"wechat/trades/{payment.out_trade_no}/pay", {})
        if told:
            services.refresh_payment(payment=payment)
        return payment

    def move(self, amount_fen, **details):
        """Somebody moves money in or out of the account at the institution, behind our back."""
        body = {"gateway": self.code, "amount_fen": amount_fen} | details
        return self.sandbox.control("account", body)["number"]

    def ends(self):
        """Midnight passes, here and there: everything so far is a day older."""
        self.sandbox.control("clock", {"seconds": 86_400})
        Payment.objects.update(paid_at=F("paid_at") - DAY)
        Refund.objects.update(done_at=F("done_at") - DAY)
        Payout.objects.update(sent_at=F("sent_at") - DAY, finished_at=F("finished_at") - DAY)
        with connection.cursor() as cursor:  # the guards of the books are asked first, then kept from looking
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE ledger_transaction SET created_at = created_at - interval '1 day'")
            cursor.execute("SET LOCAL session_replication_role = origin")

    def bill(self, kind=BillKind.TRADE, *, days_ago=1):
        """Yesterday's bill, matched: this morning at half past ten at the earliest, when bills of empty days are believed."""
        day, morning = timezone.localdate() - days_ago * DAY, timezone.localtime().replace(hour=10, minute=30)
        with clock.moved_to(max(timezone.now(), morning)):
            return reconciliation.reconcile(gateway_code=self.code, kind=kind, day=day)

    def balance(self, *, days_ago=1):
        """What the account held at the end of that day, compared with our books."""
        for kind in BillKind:
            self.bill(kind, days_ago=days_ago)
        return AccountBalance.objects.filter(gateway=self.code, day=timezone.localdate() - days_ago * DAY).first()

    def fault(self, number="*", **faults):
        self.sandbox.control("faults", {"out_trade_no": number, "faults": faults})


@pytest.fixture(params=GATEWAYS)
def yesterday(request):
    """At either gateway. What other tests bought at the same sandbox long ago is on other days."""
    sandbox = request.getfixturevalue("alipay_sandbox" if request.param == "alipay" else "wechat_sandbox")
    sandbox.control("clock", {"seconds": 30 * 86_400})
    yield Yesterday(sandbox, request.param)
    sandbox.control("clock", {"seconds": 30 * 86_400})
