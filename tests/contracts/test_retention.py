"""No kind of personal data and no job that erases is without a rule, and the document says what the rules say."""

import inspect
import re
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from marketplace.accounts.models import User, UserProfile
from marketplace.core.config import DEFINITIONS
from marketplace.core.retention import all_rules, model_of, table_of_rules
from portal.schedule import INTERVALS, NIGHTLY
from tests.contracts.source import ROOT

DOCUMENT = ROOT / "docs" / "retention.md"
# Wagtail's and Django's own of what editors do in the admin, as in test_personal_data.py.
EDITORIAL = {"wagtailcore", "wagtailusers", "wagtailadmin", "wagtailimages", "wagtaildocs", "wagtailredirects"}
EDITORIAL |= {"wagtail_localize", "wagtailsearchpromotions", "wagtailsearch"}
PERSONAL = re.compile(
    r"phone|mail|address|(?:^|_)ip(?:_|$)|recipient|openid|encrypted|visitor|browser|payer_mark|user_agent"
)
# Called like that, and about nobody: when a mail is due, how often, how long one waits for it.
NOT_PERSONAL = {"mail_due_at", "mail_rhythm", "email_rhythm"}
# Jobs that delete rows which say nothing of a person and are no heap: outboxes, and what is made anew.
DELETES_OTHERWISE = {
    "cms_pages.tasks.announce_addresses": "addresses of pages that were told",
    "marketplace.discovery.tasks.count_searches": "figures of a day are made anew",
    "marketplace.insights.tasks.compute_today": "figures of a day are made anew",
    "marketplace.insights.tasks.compute_recent": "figures of a day are made anew",
    "marketplace.insights.tasks.compute_missing": "figures of a day are made anew",
    "marketplace.orders.tasks.run_due_deadlines": "clocks of orders that have run",
    "marketplace.reviews.integrity.tasks.find_cases": "two undecided cases that turn out to be one",
    "marketplace.discovery.tasks.send_changes": "an outbox",
    "marketplace.discovery.tasks.rebuild": "the search is made anew",
    "marketplace.discovery.recommending.tasks.recompute_recommendations": "recommendations are made anew",
    "marketplace.discovery.recommending.tasks.refresh_recommendations": "recommendations are made anew",
}


def rules_text() -> str:
    found = re.search(r"<!-- rules -->\n(.*?)<!-- end -->", DOCUMENT.read_text(), flags=re.DOTALL)
    assert found, "docs/retention.md has lost the marks around its table"
    return found[1]


def personal_tables() -> dict[str, list[str]]:
    """Every table with a field that points at a person or is called like something personal."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in EDITORIAL:
            continue
        pointing = [
            field.name
            for field in model._meta.get_fields()
            if isinstance(field, ForeignKey | ManyToManyField) and field.related_model in (User, UserProfile)
        ]
        named = [
            field.name
            for field in model._meta.concrete_fields
            if PERSONAL.search(field.name) and field.name not in NOT_PERSONAL and not isinstance(field, ForeignKey)
        ]
        if pointing or named:
            found[f"{model._meta.app_label}.{model.__name__}"] = pointing + named
    return found


def called(function: FunctionType, seen: set[Any], depth: int = 5) -> Iterator[FunctionType]:
    """A function of ours and those that it names, as far as their names lead to one."""
    function = inspect.unwrap(function)
    if function in seen or depth == 0 or not function.__module__.startswith(("marketplace.", "cms_pages.", "portal.")):
        return
    seen.add(function)
    yield function
    codes, names = [function.__code__], set()
    while codes:
        code = codes.pop()
        names |= set(code.co_names)
        codes += [one for one in code.co_consts if inspect.iscode(one)]
    reached = [function.__globals__[name] for name in names if name in function.__globals__]
    for module in [one for one in reached if isinstance(one, ModuleType)]:
        reached += [getattr(module, name) for name in names if hasattr(module, name)]
    for one in reached:
        if isinstance(one, FunctionType):
            yield from called(one, seen, depth - 1)


def erases(task: str) -> bool:
    """Whether it forgets by its name, or what it runs deletes rows or takes somebody off them."""
    if re.search(r"\.(forget|anonymise|sweep|collect|clear_tombstones)", task):
        return True
    current_app.loader.import_default_modules()
    source = "".join(inspect.getsource(one) for one in called(current_app.tasks[task].run, set()))
    return ".delete()" in source or re.search(r"update\([^)]*user=None", source) is not None


@pytest.mark.parametrize("task", sorted(INTERVALS.keys() | NIGHTLY.keys()))
def test_a_job_that_erases_belongs_to_a_rule(task):
    known = {rule.job for rule in all_rules()}
    if task in known:
        assert task not in DELETES_OTHERWISE
    elif erases(task):
        assert task in DELETES_OTHERWISE, "name it in a rule of its room's retention.py"
    else:
        assert task not in DELETES_OTHERWISE


def test_every_job_of_a_rule_is_run_by_the_clock():
    scheduled = INTERVALS.keys() | NIGHTLY.keys()
    assert {rule.key for rule in all_rules() if rule.job and rule.job not in scheduled} == set()


def test_every_table_with_something_of_a_person_has_a_rule():
    ruled = {label for rule in all_rules() for label in rule.tables}
    tables = personal_tables()
    assert len(tables) > 100
    missing = {label: fields for label, fields in tables.items() if label not in ruled}
    assert missing == {}, "name it in the retention.py of its room"


def test_a_rule_names_tables_and_settings_that_exist():
    installed = {config.label for config in apps.get_app_configs()}
    for rule in all_rules():
        for label in rule.tables:
            assert label.split(".")[0] not in installed or model_of(label) is not None, (rule.key, label)
        assert set(re.findall(r"{([\w.]+)}", rule.how_long)) <= DEFINITIONS.keys(), rule.key
        assert rule.job or "not removed" in rule.how_long or not rule.bounds, rule.key


def test_every_rule_has_a_key_of_its_own():
    keys = [rule.key for rule in all_rules()]
    assert len(keys) == len(set(keys)) > 40


def test_the_document_says_what_the_rules_say():
    assert rules_text() == table_of_rules(), "python manage.py retention_proof --table"


def test_a_table_without_a_rule_and_a_job_without_one_would_be_seen():
    """The rig itself: a rule taken away leaves a gap that the tests above look for."""
    assert "accounts.BrowserUse" in personal_tables()
    assert "insights.VisitorDay" in personal_tables()
    assert erases("marketplace.uploads.tasks.collect")
    assert erases("marketplace.orders.tasks.run_due_deadlines")  # by what it runs: its name says nothing
