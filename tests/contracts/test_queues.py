"""Every job has a queue of its own choosing, and every queue has a node that looks after it, here and where it is deployed."""

import re

import pytest
import yaml
from celery import current_app

from marketplace.operations.queues import _names
from portal import probe, queues
from portal.schedule import INTERVALS, NIGHTLY
from tests.contracts.source import ROOT

# What moves money may not stand behind anything; what takes minutes may stand before nothing.
MONEY = {
    "pay_due_refunds",
    "send_due_payouts",
    "poll_undecided_payments",
    "settle_cleared_payments",
    "run_due_deadlines",
}
SLOW = {"rebuild", "compute_recent", "build_export", "build_evidence_bundles", "empty_old_orders", "tell_of_rules"}


def our_jobs() -> set[str]:
    current_app.loader.import_default_modules()
    return {name for name in current_app.tasks if name.startswith(("marketplace.", "cms_pages.", "portal."))}


def test_every_job_of_ours_has_a_home_and_no_home_is_without_its_job():
    jobs = our_jobs()
    assert len(jobs) > 100
    assert jobs - queues.HOMES.keys() == set(), "say in portal/queues.py where it waits"
    assert queues.HOMES.keys() - jobs == set(), "there is no such job"
    assert sum(len(names.split()) for rooms in queues._TABLE.values() for names in rooms.values()) == len(queues.HOMES)


def test_every_job_of_the_clock_is_routed():
    assert INTERVALS.keys() | NIGHTLY.keys() <= queues.HOMES.keys()


@pytest.mark.parametrize(("names", "queue"), [(MONEY, queues.MONEY), (SLOW, queues.SLOW)])
def test_celery_itself_sends_a_job_where_the_table_says(names, queue):
    jobs = [job for job in queues.HOMES if job.rpartition(".")[2] in names]
    assert len(jobs) == len(names)
    for job in jobs:
        assert current_app.amqp.router.route({}, job)["queue"].name == queue, job


def test_a_job_without_a_home_waits_where_all_did_before():
    assert current_app.amqp.router.route({}, "tests.no_such_job")["queue"].name == queues.DEFAULT == "celery"


def test_every_queue_is_looked_after_by_one_node_and_measured():
    looked_after = [queue for node in queues.NODES.values() for queue in node]
    assert sorted(looked_after) == sorted(queues.QUEUES)
    assert queues.NODES["slow"] == (queues.SLOW,)
    assert queues.NODES["celery"][0] == queues.MONEY  # it takes from the first as long as there is anything
    assert set(_names()) == set(queues.QUEUES)
    assert set(queues.NODES) | {"celerybeat"} == set(probe.NODES.values())


def test_where_it_is_deployed_nodes_have_the_same_queues():
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    for service, node in (("worker", "celery"), ("slow", "slow")):
        command = services[service]["command"]
        told = queues.worker_arguments(node)
        assert command[3 : 3 + len(told)] == told, service
        assert services[service]["healthcheck"]["test"][-1] == service


def test_a_node_has_two_processes_so_that_the_copy_of_a_long_job_meets_its_lock():
    """The broker gives out again what takes longer than ten minutes. One process alone would do that copy after the first, anew,
    and its copy after that, without end (portal/queues.py)."""
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    for service, node in (("worker", "celery"), ("slow", "slow")):
        pod = yaml.safe_load((ROOT / "deploy" / "kubernetes" / f"{service}.yaml").read_text().split("\n---")[0])
        in_cluster = pod["spec"]["template"]["spec"]["containers"][0]["args"]
        for command in (services[service]["command"], in_cluster):
            assert int(command[command.index("--concurrency") + 1]) >= queues.LEAST_PROCESSES == 2, service
        here = re.search(
            rf'worker_arguments\("{node}"\).*"-c", "(\d+)"\]', (ROOT / "portal/embedded/run.py").read_text()
        )
        assert here is not None, node
        assert int(here[1]) >= queues.LEAST_PROCESSES, node


def test_what_may_take_longer_than_the_broker_waits_stands_in_slow_alone():
    """Everything else ends before its copy comes."""
    our_jobs()
    visibility = current_app.conf.broker_transport_options["visibility_timeout"]
    long = {job for job in queues.HOMES if (current_app.tasks[job].time_limit or 0) > visibility}
    assert len(long) >= 5
    assert {queues.HOMES[job] for job in long} == {queues.SLOW}
