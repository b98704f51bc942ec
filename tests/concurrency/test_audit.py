"""The audit looks at books that move."""

import pytest

from marketplace.payments import audit, services
from marketplace.payments.audit import audit_money
from marketplace.payments.selectors import payouts_are_halted
from tests.databases import together
from tests.factories import make_seller
from tests.payments.conftest import (  # noqa: F401 fixtures of the payments' tests, used here too
    alipay_keys,
    earn,
    silent_alipay,
)

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def a_sale_in_between(monkeypatch, silent_alipay):  # noqa: F811
    """A whole order is paid, delivered and accepted after the audit has summed the books, before it reads the documents."""
    seller, by_documents, sold = make_seller(), audit._by_documents, []

    def after_a_sale(gateway):
        if not sold:
            sold.append(True)
            (error,) = together(lambda: earn(seller, amount_fen=9_000))
            assert error is None
        return by_documents(gateway)

    monkeypatch.setattr(audit, "_by_documents", after_a_sale)
    return sold


def test_what_is_posted_during_an_audit_is_no_violation_and_halts_no_payout(a_sale_in_between):
    run = services.run_audit()
    assert a_sale_in_between == [True]
    assert run.violations == []
    assert not payouts_are_halted()
    assert audit_money().transactions == 3


def test_control_without_one_moment_a_sale_looks_like_a_violation(a_sale_in_between):
    assert audit_money.__wrapped__().violations == ["alipay holds 0 fen by the books, 10000 by its documents"]
