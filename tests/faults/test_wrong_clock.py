"""F17 of facts/reliability.md: a machine's clock is wrong, the database's is right. Nothing is released early, nothing late."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.ledger.models import Clearing
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payments.audit import audit_money
from marketplace.payments.models import GatewayNotification, PaymentStatus
from marketplace.payments.sandbox.crypto import load_private_key
from marketplace.payments.sandbox.wechat_crypto import sign
from portal.env import BASE_DIR
from tests.factories import make_order
from tests.kills.conftest import CONFIGURED, database_url
from tests.payments.conftest import (  # noqa: F401 fixtures of the payments' tests
    alipay_keys,
    alipay_process,
    pay_at,
    silent_alipay,
)
from tests.payments.foreign import require_tool
from tests.payments.wechat import (  # noqa: F401 fixtures too
    Letter,
    letterbox_server,
    wechat_purchase,
    wechat_sandbox,
)

SOON, OVER = timedelta(minutes=5), timedelta(minutes=-1)
WRONG = {"+10m": 600, "-10m": -600, "+1d": 86_400, "-1d": -86_400}
ONE_MINUTE = timedelta(minutes=1)


class Machine:
    """Another machine, whose clock can be set."""

    def __init__(self, folder: Path) -> None:
        self.clock = folder / "clock"
        self.set_clock("+0")
        library = subprocess.run(
            [require_tool("faketime"), "-m", "-f", "+0", "printenv", "LD_PRELOAD"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        told = {
            "DATABASE_URL": database_url(),
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_NO_CACHE": "1",
            # Setting a clock leaves alone what only counts seconds.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONWARNINGS": "ignore",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.other_clock"],
            cwd=BASE_DIR,
            env=os.environ | told,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear()

    def set_clock(self, by: str) -> None:
        """Set it wrong by so much."""
        self.clock.write_text(by)

    def does(self, function: str, *arguments: Any, settings: Any = None) -> Any:
        """Let a new process there call a function of other_clock.py."""
        configured = {name: getattr(settings, name) for name in CONFIGURED} if settings else {}
        told = {"function": function, "arguments": arguments, "configured": configured}
        print(json.dumps(told), file=self._process.stdin, flush=True)
        said = self._hear()
        assert "failed" not in said, said["failed"]
        return said["answer"]

    def stop(self) -> None:
        """End it, as it ends when nobody tells it anything any more."""
        self._process.stdin.close()
        assert self._process.wait(60) == 0

    def _hear(self) -> dict[str, Any]:
        for line in self._process.stdout:
            if line.startswith("said:"):
                return json.loads(line.removeprefix("said:"))
        raise AssertionError("the machine is gone")


@pytest.fixture(scope="module")
def machine(django_db_setup, tmp_path_factory) -> Iterator[Machine]:
    """One for all tests: the portal takes seconds to start."""
    started = Machine(tmp_path_factory.mktemp("machine"))
    yield started
    started.stop()


@pytest.fixture(params=WRONG)
def wrong(request, machine, committed_db, silent_alipay) -> Iterator[Machine]:  # noqa: F811
    """The machine, its clock wrong. Afterwards all money is where the books say."""
    machine.set_clock(request.param)
    machine.seconds = WRONG[request.param]
    assert abs(machine.does("own_clock") - time.time() - machine.seconds) < 60
    yield machine
    machine.set_clock("+0")
    assert audit_money().violations == []


def made(make: Callable[[], Any], *, rule: timedelta, due_in: timedelta) -> Any:
    """Something that a rule lets go after its time, made so long ago that this is `due_in` from now."""
    with clock.moved_to(timezone.now() - rule + due_in):
        return make()


def paid() -> Order:
    """An order that was paid at a gateway, which the books say too."""
    order = make_order()
    pay_at("alipay", order)
    order.refresh_from_db()
    return order


def delivered() -> Order:
    order = paid()
    orders.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。")
    return order


def completed() -> Order:
    order = delivered()
    orders.accept_delivery(order_id=order.pk, buyer=order.buyer)
    return order


def test_what_is_due_is_done_and_what_is_not_waits(wrong):
    acceptance = timedelta(days=get_config("orders.auto_accept_days"))
    payment = timedelta(minutes=get_config("orders.payment_timeout_minutes"))
    works = [made(delivered, rule=acceptance, due_in=due_in) for due_in in (SOON, OVER)]
    unpaid = [made(make_order, rule=payment, due_in=due_in) for due_in in (SOON, OVER)]
    waiting = [completed() for _one in range(2)]
    for order, due_in in zip(waiting, (SOON, OVER), strict=True):
        cleared = Clearing.objects.filter(reference=f"order:{order.number}:release")
        assert cleared.update(clears_at=timezone.now() + due_in) == 1

    wrong.does("run_clocks")

    for order in (*works, *unpaid):
        order.refresh_from_db()
    assert [order.status for order in works] == [OrderStatus.DELIVERED, OrderStatus.COMPLETED]
    assert [order.status for order in unpaid] == [OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED]
    moments = [Clearing.objects.get(reference=f"order:{order.number}:release").cleared_at for order in waiting]
    assert moments[0] is None
    assert abs(moments[1] - timezone.now()) < ONE_MINUTE


def test_what_is_begun_there_is_due_by_the_right_time(wrong):
    order = paid()
    wrong.does("deliver", order.pk)
    order.refresh_from_db()
    expected = timezone.now() + timedelta(days=get_config("orders.auto_accept_days"))
    assert abs(order.auto_accept_at - expected) < ONE_MINUTE
    assert abs(order.delivered_at - timezone.now()) < ONE_MINUTE


def test_a_notification_is_believed_within_five_minutes_of_the_right_time(wrong, wechat_purchase, settings):  # noqa: F811
    wechat_purchase.pay()
    letter = wechat_purchase.box.wait_for()[-1]
    key = load_private_key(wechat_purchase.sandbox.data_dir / "wechat_private_key.pem")

    def statuses_of(*letters: Letter) -> list[int]:
        told = [(letter.headers, base64.b64encode(letter.body).decode()) for letter in letters]
        return wrong.does("hand_in", told, settings=settings)

    def signed(late: float) -> Letter:
        """By WeChat, so many seconds ago."""
        stamp = str(int(time.time() - late))
        signature = sign(key, stamp, letter.headers["Wechatpay-Nonce"], letter.body)
        then = {"Wechatpay-Timestamp": stamp, "Wechatpay-Signature": signature}
        return Letter(letter.headers | then, letter.body)

    # What this machine's own clock would take for fresh; what is a little too old; too new.
    assert statuses_of(*map(signed, (-wrong.seconds, 310, -360))) == [400, 400, 400]
    wechat_purchase.refresh()
    assert wechat_purchase.payment.status == PaymentStatus.PENDING
    assert {row.problem for row in GatewayNotification.objects.all()} == {"signed at another time"}

    assert statuses_of(letter, letter) == [200, 200]
    wechat_purchase.refresh()
    assert wechat_purchase.payment.status == PaymentStatus.PAID


def test_a_clock_that_is_set_while_the_database_is_connected_changes_nothing(machine, committed_db):
    for by in ("+1d", "-1d"):
        machine.set_clock("+0")
        differences = machine.does("clock_that_is_set", str(machine.clock), by)
        assert max(map(abs, differences)) < 5, by
    machine.set_clock("+0")


def test_the_first_who_asks_for_the_time_hears_the_right_one(wrong):
    """Before anything was asked of the database: a job asks for the time first, and for what is due by then afterwards."""
    assert abs(wrong.does("time_here") - time.time()) < 60
