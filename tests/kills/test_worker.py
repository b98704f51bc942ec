"""The real `celery -A portal worker` against the embedded broker: killed in the middle of a task, it loses nothing."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from uuid import uuid4

import pytest
from django.conf import settings as portal
from django.utils import timezone

from marketplace.orders import services as orders
from marketplace.orders.models import Refund
from marketplace.payments.tasks import pay_due_refunds
from tests.kills.conftest import CONFIGURED, database_url
from tests.kills.victim import AFTER, Point
from tests.payments.conftest import begin
from tests.payments.sandbox.conftest import ROOT, eventually

# One after the other: a worker that waits one second for acknowledgements would take the others' tasks for lost.
pytestmark = pytest.mark.xdist_group("celery")
REFUND = "marketplace.payments.gateways.alipay:AlipayGateway.refund"
START_SECONDS = 180  # on a busy machine


@pytest.fixture
def refund(alipay_sandbox, postbox, committed_db):
    """An order paid at Alipay and cancelled: all of it is to go back."""
    purchase = begin(alipay_sandbox, postbox, price_fen=12_800)
    purchase.pay()
    assert purchase.deliver() == "success"
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.seller)
    return purchase


@pytest.fixture
def start_worker(tmp_path, settings):
    """Start a worker on a queue of this test; `runs` counts how often the task began, in whatever process."""
    queue, started = f"kills-{uuid4().hex[:8]}", []

    def start(*pool, point=None, visibility_seconds=0):
        told = {
            "configured": {name: getattr(settings, name) for name in CONFIGURED},
            "point": asdict(point) if point else None,
            "note_runs": ["marketplace.payments.tasks:pay_due_refunds", str(tmp_path / "runs")],
            "visibility_seconds": visibility_seconds,
        }
        command = [sys.executable, "-W", "ignore", "-m", "tests.kills.worker", "-A", "portal", "worker", "-Q", queue]
        worker = subprocess.Popen(
            [*command, *pool, "-l", "WARNING", "--without-gossip", "--without-mingle"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url(), "VICTIM": json.dumps(told)},
        )
        started.append(worker)
        return worker

    start.queue = queue
    start.runs = lambda: len((tmp_path / "runs").read_text().split()) if (tmp_path / "runs").exists() else 0
    yield start
    for worker in started:
        worker.terminate()
        worker.wait(30)


def due_again():
    """The pause after an attempt is over."""
    Refund.objects.update(next_attempt_at=timezone.now())


def is_done():
    return Refund.objects.get().status == "done"


def test_a_task_whose_process_is_killed_is_delivered_again(refund, start_worker, tmp_path):
    """The pool's process dies between the gateway's answer and our record; the worker itself goes on."""
    point = Point(REFUND, AFTER, once=str(tmp_path / "died"))
    worker = start_worker("-c", "1", point=point)
    pay_due_refunds.apply_async(queue=start_worker.queue)
    eventually(lambda: start_worker.runs() == 2, within=START_SECONDS)
    assert (tmp_path / "died").exists()
    assert worker.poll() is None
    assert Refund.objects.get().status == "sent"
    assert len(refund.at_alipay()["refunds"]) == 1

    due_again()
    pay_due_refunds.apply_async(queue=start_worker.queue)  # as beat does every 30 seconds
    eventually(is_done, within=START_SECONDS)
    assert [row["refund_amount"] for row in refund.at_alipay()["refunds"]] == ["128.00"]


def test_a_worker_that_is_killed_whole_leaves_its_task_to_the_next_one(refund, start_worker, tmp_path):
    """The broker gives an unacknowledged task out again when its time is over: one second here, ten minutes in earnest."""
    worker = start_worker("-P", "solo", point=Point(REFUND, AFTER, once=str(tmp_path / "died")))
    pay_due_refunds.apply_async(queue=start_worker.queue)
    assert worker.wait(START_SECONDS) == -9
    assert (start_worker.runs(), Refund.objects.get().status) == (1, "sent")

    due_again()
    start_worker("-c", "1", visibility_seconds=1)
    eventually(is_done, within=START_SECONDS)
    assert start_worker.runs() == 2
    assert [row["refund_amount"] for row in refund.at_alipay()["refunds"]] == ["128.00"]


def test_what_the_broker_and_the_worker_are_told():
    """A task counts as done when it is done; a lost process gives it back; nobody holds it longer than it may run."""
    assert portal.CELERY_TASK_ACKS_LATE
    assert portal.CELERY_TASK_REJECT_ON_WORKER_LOST
    visibility = portal.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert portal.CELERY_TASK_TIME_LIMIT < visibility <= 3600
    assert portal.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
