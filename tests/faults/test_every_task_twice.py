"""F7 of facts/reliability.md: every task run twice leaves what it leaves when it runs once; what a queue forgot is done later.

Brokers deliver again what a worker had not finished when it died. The tasks are those that the application knows: a new one has
to find work in the life below, with arguments in `given_to` if it takes any, or be named with a test that runs it twice.
"""

import ast
import inspect
import re
from datetime import timedelta

import pytest

from marketplace.accounts.services import ask_for_export
from marketplace.core import clock
from marketplace.discovery.models import ThesaurusCandidate
from marketplace.gigs.models import Gig
from marketplace.insights import services as insights
from portal.celery import application
from portal.schedule import INTERVALS, NIGHTLY
from tests.contracts.access.asking import undone
from tests.contracts.access.world import make_world
from tests.contracts.source import ROOT, tree
from tests.contracts.test_testing_document import functions_of
from tests.faults.held_elsewhere import HEALED_BY, HELD_ELSEWHERE, THE_SAME_TWICE
from tests.faults.lives import contents, differences, touched, written_since
from tests.payments.conftest import alipay_keys, office, silent_alipay  # noqa: F401 fixtures

# Days after the world was made, at which every task has its turn.
DAYS = (0, 1 / 12, 1.1, 4.2, 9, 45, 400)
# What moves orders and money goes on after it has been seen to work once, so that others get to do something.
MOVES = (
    "marketplace.orders.",
    "marketplace.payments.",
    "marketplace.ledger.",
    "marketplace.notifications.tasks.send_notices",
)


def tasks() -> list[str]:
    """The names of all tasks of ours."""
    application.loader.import_default_modules()
    return sorted(name for name in application.tasks if name.startswith(("marketplace.", "portal.", "cms_pages.")))


def given_to(world) -> dict[str, list]:
    """What those tasks are called with that take something."""
    gig = Gig.objects.get(pk=world.keys["gigs:detail", "pk"])
    candidate = ThesaurusCandidate.objects.create(word="门头", other="招牌", reformulated=3, seen_on=clock.now().date())
    return {
        "marketplace.accounts.tasks.build_export": [ask_for_export(user=world.people["other_buyer"]).pk],
        "marketplace.discovery.tasks.index_category": [gig.category_id],
        "marketplace.discovery.tasks.index_gig": [gig.pk],
        "marketplace.discovery.tasks.try_candidate": [candidate.pk],
    }


@pytest.mark.django_db
def test_what_ran_twice_left_what_it_leaves_once(
    silent_alipay, office, monkeypatch, django_capture_on_commit_callbacks  # noqa: F811
):  # fmt: skip
    """What is handed over here reaches no worker, as if each queue had been emptied: the clock's tasks do all the work."""
    monkeypatch.setattr(insights, "LOOKED_BACK_DAYS", 7)  # a day is counted as the next one is

    def run(name, *arguments):
        before = touched()
        with django_capture_on_commit_callbacks(execute=True):
            application.tasks[name](*arguments)
        return written_since(before)

    with django_capture_on_commit_callbacks(execute=True):
        world = make_world()
        given = given_to(world)
    worked, changed = set(), {}
    for days in DAYS:
        with clock.moved_to(clock.now() + timedelta(days=days)):
            for name in tasks():
                if (name not in given and required(name)) or (name in worked and not name.startswith(MOVES)):
                    continue
                if run(name, *given.get(name, ())):
                    worked.add(name)
                    with undone():
                        written = run(name, *given.get(name, ()))
                        twice = contents(written)
                    once = contents(written)
                    if different := differences(once, twice):
                        changed[name] = different
    assert changed == {}, "\n".join(f"{name}: {what}" for name, what in changed.items())
    assert set(tasks()) - worked - set(HELD_ELSEWHERE) - set(THE_SAME_TWICE) == set()


def required(name: str) -> bool:
    """Whether a task cannot be called without arguments."""
    parameters = inspect.signature(application.tasks[name].run).parameters.values()
    return any(one.default is one.empty for one in parameters)


@pytest.mark.parametrize(("task", "where"), sorted(HELD_ELSEWHERE.items()))
def test_the_named_test_does_run_it_twice(task, where):
    application.loader.import_default_modules()  # whichever test is first in its process
    file, _colons, name = where.partition("::")
    assert name in functions_of(file)
    test = next(node for node in tree(ROOT / "tests" / file).body if getattr(node, "name", "") == name)
    made_of = {task.rpartition(".")[2]} | set(re.findall(r"(\w+)\(", inspect.getsource(application.tasks[task].run)))
    assert max(calls(test, one) for one in made_of - GENERAL) >= 2


# What tasks do with anything.
GENERAL = {
    "Deadline",
    "bool",
    "count_done",
    "delay",
    "len",
    "list",
    "only_one",
    "order_by",
    "run_audit",
    "sum",
    "values_list",
}


def calls(node: ast.AST, name: str, times: int = 1) -> int:
    """How often a function is called in a test; what stands in a loop, or in a function of the test's, at least twice."""
    found = 0
    for child in ast.iter_child_nodes(node):
        more = 2 if isinstance(child, ast.For | ast.ListComp | ast.GeneratorExp | ast.FunctionDef) else 1
        if isinstance(child, ast.Call):
            found += times * (getattr(child.func, "attr", getattr(child.func, "id", "")) == name)
        found += calls(child, name, times * more)
    return found


def test_every_task_that_is_handed_over_is_done_by_the_clock_when_the_queue_has_lost_it():
    """What the program itself hands to a queue; what people run again by hand (operations) names any task."""
    handed_over = set()
    for room in ("marketplace", "portal", "cms_pages"):
        for path in (ROOT / room).rglob("*.py"):
            handed_over |= set(re.findall(r"\b(\w+)\.(?:delay|apply_async)\b", path.read_text()))
    by_name = {name.rpartition(".")[2] for name in tasks()}
    assert handed_over - {"job"} <= by_name  # `job`: send_report, by another name
    assert handed_over & by_name | {"send_report"} == {task.rpartition(".")[2] for task in HEALED_BY}
    assert {by for by in HEALED_BY.values() if by} <= set(INTERVALS) | set(NIGHTLY)


def test_nothing_is_named_that_is_gone():
    assert set(HELD_ELSEWHERE) | set(THE_SAME_TWICE) | set(HEALED_BY) <= set(tasks())
