"""A process of the portal whose machine has another time (libfaketime); the database goes on by the right one.

It has the portal loaded and no connection open. For each line that it reads it forks: a process that has just begun does what
the line says, and answers with a line of its own.
"""

import base64
import importlib
import json
import os
import sys
import time
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.kills.victim import configure

# What beat starts, as far as it moves money or closes what would have brought some.
CLOCKS = (
    "marketplace.orders.tasks:run_due_deadlines",
    "marketplace.ledger.tasks:clear_due_earnings",
    "marketplace.payments.tasks:close_expired_orders",
)


def run_clocks() -> None:
    """What is due by now."""
    for name in CLOCKS:
        module, _colon, job = name.partition(":")
        getattr(importlib.import_module(module), job)()


def own_clock() -> float:
    """What this machine's clock says (epoch seconds)."""
    return time.time()


def time_here() -> float:
    """What a rule takes the time for, in a process that has asked nothing of the database yet (epoch seconds)."""
    from marketplace.core import clock

    return clock.now().timestamp()


def clock_that_is_set(file: str, by: str) -> tuple[float, float]:
    """How far a rule's time is from the database's, in seconds, before and after somebody sets this machine's clock."""
    from django.db import connection

    from marketplace.core import clock

    def difference() -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return float((clock.now() - cursor.fetchone()[0]) / timedelta(seconds=1))

    before = difference()
    Path(file).write_text(by)
    return before, difference()


def deliver(order_id: int) -> None:
    """The seller hands the work over."""
    from marketplace.orders import services
    from marketplace.orders.models import Order

    order = Order.objects.get(pk=order_id)
    services.deliver_order(order_id=order_id, seller=order.seller, message="完成了。")


def hand_in(letters: list[tuple[dict[str, str], str]]) -> list[int]:
    """WeChat tells of payments: headers and, in base64, bodies. Returns the status of each answer."""
    from django.test import Client

    from tests.payments.wechat import NOTIFY

    client = Client()
    return [
        client.post(NOTIFY, base64.b64decode(body), content_type="application/json", headers=headers).status_code
        for headers, body in letters
    ]


def answer(told: dict[str, Any]) -> None:
    """Do one thing, in this process, and end."""
    try:
        configure(told["configured"])
        said = {"answer": globals()[told["function"]](*told["arguments"])}
    except Exception:
        said = {"failed": traceback.format_exc()}
    print("said:" + json.dumps(said), flush=True)
    os._exit(0)


def main() -> None:
    """Fork for each line, one after the other, from a process that has loaded what most of them need."""
    for name in (*CLOCKS, "portal.urls:"):
        importlib.import_module(name.partition(":")[0])
    print("said:{}", flush=True)
    for line in sys.stdin:
        if not (child := os.fork()):
            answer(json.loads(line))
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
