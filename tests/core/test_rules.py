"""Orders keep the rules they were made under (电子商务法 §34)."""

import pytest
from django.db import transaction

from marketplace.core.config import set_config
from marketplace.core.models import RulesVersion
from marketplace.core.rules import current_rules, rule

pytestmark = pytest.mark.django_db
KEY = "orders.auto_accept_days"


def test_the_same_rules_are_one_version_and_others_another_that_comes_back():
    first = current_rules()
    assert current_rules().pk == first.pk
    set_config(key=KEY, value=9, reason="")
    second = current_rules()
    assert second.pk != first.pk
    set_config(key=KEY, value=first.values[KEY], reason="")
    assert current_rules().pk == first.pk
    assert RulesVersion.objects.count() == 2


def test_a_constant_is_read_from_the_version_whatever_is_in_force_now():
    first = current_rules()
    set_config(key=KEY, value=9, reason="")
    assert rule(first, KEY) == first.values[KEY] != 9
    assert rule(current_rules(), KEY) == 9


def test_what_a_version_does_not_know_is_what_is_in_force():
    version = RulesVersion.objects.create(digest="x", values={})
    set_config(key=KEY, value=9, reason="")
    assert rule(version, KEY) == rule(None, KEY) == 9


def test_a_change_of_what_no_order_promises_makes_no_version():
    first = current_rules()
    set_config(key="gigs.limit_new", value=5, reason="")
    assert current_rules().pk == first.pk


def test_a_version_that_was_rolled_back_is_not_remembered():
    with transaction.atomic():
        current_rules()
        transaction.set_rollback(True)
    assert RulesVersion.objects.filter(pk=current_rules().pk).exists()
