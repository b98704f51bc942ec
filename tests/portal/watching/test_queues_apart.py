"""Real workers, a real Valkey: while slow jobs fill their queue and their node, a job about money is done."""

from datetime import timedelta

from celery import Celery
from redis import Redis

from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from portal import queues
from tests.factories import make_order
from tests.payments.sandbox.conftest import eventually
from tests.portal.watching.conftest import CELERY, START_SECONDS

MONEY_JOB = "marketplace.payments.tasks.close_expired_orders"
SLOW_JOB = "marketplace.discovery.tasks.rebuild"
# More than all threads of both nodes: were slow jobs taken by both, nothing else would be done.
FILLING = 8


def test_a_job_about_money_is_done_while_slow_jobs_fill_their_queue(start, own_valkey, tmp_path):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(payment_expires_at=order.created_at - timedelta(minutes=1))
    # As bin/run starts them (portal/embedded/run.py), without the clock.
    for node, threads in (("celery", "4"), ("slow", "1")):
        arguments = [*queues.worker_arguments(node), "-P", "threads", "-c", threads, "-l", "WARNING"]
        start(*CELERY, *arguments, "-I", "tests.portal.watching.waiting_jobs", "--without-gossip", "--without-mingle")
    sender = Celery(broker=f"{own_valkey}/2", set_as_current=False)
    sender.conf.task_routes = queues.ROUTES
    broker = Redis.from_url(f"{own_valkey}/2")
    begun = tmp_path / "begun"

    def number_begun() -> int:
        return len(begun.read_text().split()) if begun.exists() else 0

    try:
        for _job in range(FILLING):
            sender.send_task("tests.portal.watching.waiting_jobs.wait_for", [str(tmp_path)], **queues.ROUTES[SLOW_JOB])
        eventually(lambda: number_begun() == 1, within=START_SECONDS)
        sender.send_task(MONEY_JOB)
        eventually(lambda: Order.objects.get(pk=order.pk).status == OrderStatus.CANCELLED, within=START_SECONDS)
        assert number_begun() == 1
        assert broker.llen(queues.SLOW) >= FILLING - 2  # one is at work, one may be at its door
        assert broker.llen(queues.MONEY) == broker.llen(queues.DEFAULT) == 0
    finally:
        (tmp_path / "end").touch()
        broker.close()
