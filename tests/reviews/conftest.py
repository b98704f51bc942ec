"""A finished order between the two, and somebody who has nothing to do with it."""

import pytest

from tests.factories import make_completed_order, make_gig, make_user


@pytest.fixture
def gig(seller):
    return make_gig(seller=seller, title="餐饮茶饮品牌LOGO")


@pytest.fixture
def order(buyer, gig):
    return make_completed_order(buyer=buyer, gig=gig)


@pytest.fixture
def stranger(db):
    return make_user(name="路人")
