import pytest

from marketplace.core.config import DEFINITIONS, get_config, set_config
from marketplace.core.models import SystemConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("orders.payment_timeout_minutes", 30),
        ("orders.auto_accept_days", 3),
        ("orders.very_late_hours", 24),
        ("payments.commission_basis_points", 1000),
        ("ledger.clearing_days", 7),
        ("ledger.clearing_days_top", 3),
        ("gigs.minimum_price_fen", 500),
    ],
)
def test_a_constant_nobody_changed_has_its_default(db, key, value):
    assert get_config(key) == value


def test_every_default_lies_within_its_own_bounds():
    assert DEFINITIONS
    for definition in DEFINITIONS.values():
        assert definition.minimum <= definition.default <= definition.maximum, definition.key


def test_a_change_holds_at_once_although_the_old_value_was_cached(db):
    assert get_config("orders.auto_accept_days") == 3
    set_config(key="orders.auto_accept_days", value=5, reason="测试")
    assert get_config("orders.auto_accept_days") == 5
    set_config(key="orders.auto_accept_days", value=4, reason="又改了")
    assert get_config("orders.auto_accept_days") == 4
    assert SystemConfig.objects.get().reason == "又改了"


def test_reading_many_times_asks_the_database_once(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [get_config(key) for key in DEFINITIONS] == [item.default for item in DEFINITIONS.values()]


@pytest.mark.parametrize("value", [0, 31, -1])
def test_a_value_outside_the_bounds_is_refused_and_nothing_changes(db, value):
    with pytest.raises(ValueError, match="between 1 and 30"):
        set_config(key="orders.auto_accept_days", value=value, reason="")
    assert not SystemConfig.objects.exists()
    assert get_config("orders.auto_accept_days") == 3


def test_an_unknown_key_is_a_mistake_of_the_program(db):
    with pytest.raises(KeyError):
        get_config("orders.no_such")
    with pytest.raises(KeyError):
        set_config(key="orders.no_such", value=1, reason="")
    assert not SystemConfig.objects.exists()
