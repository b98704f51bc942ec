"""Fixtures of offers and briefs."""

import pytest

from marketplace.accounts.models import User
from marketplace.gigs.models import GigCategory
from marketplace.offers.models import Brief
from tests.factories import make_category
from tests.offers.situations import make_brief
from tests.payments.conftest import alipay_keys, silent_alipay  # noqa: F401 what Alipay's channel holds is asked of Alipay's gateway


@pytest.fixture
def category(db: None) -> GigCategory:
    return make_category(parent=make_category())


@pytest.fixture
def brief(buyer: User, category: GigCategory) -> Brief:
    return make_brief(buyer=buyer, category=category)
