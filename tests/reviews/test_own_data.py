"""What somebody's copy of their data says of reviews."""

from collections import Counter

import pytest

from marketplace.accounts.personal_data import sections
from marketplace.reviews import reputation, services
from marketplace.reviews.models import Reputation
from tests.factories import make_completed_order, make_public_review

pytestmark = pytest.mark.django_db


def tables(user):
    """Every table of the copy, by its name."""
    found = [one for section in sections() for one in section.tables(user)]
    twice = [name for name, number in Counter(one.name for one in found).items() if number > 1]
    assert twice == []  # each is a file of the ZIP
    return {one.name: list(one.rows()) for one in found}


def test_no_table_has_the_name_of_another_and_what_a_review_said_before_is_its_authors(order, buyer, seller):
    services.write_review(order_id=order.pk, author=buyer, stars=2, aspects={"quality": 2}, body="太慢")
    services.edit_review(order_id=order.pk, author=buyer, stars=4, body="慢了些", private_feedback="")
    services.write_review(order_id=order.pk, author=seller, stars=5)
    (before,) = tables(buyer)["review_wordings_before"]
    assert (before["order"], before["stars"], before["body"]) == (order.number, 2, "太慢")
    assert tables(seller)["review_wordings_before"] == []


def test_every_figure_is_in_the_copy(seller):
    make_public_review(make_completed_order(), stars=4)
    reputation.recompute_reputation(seller.pk)
    (row,) = tables(seller)["reputation"]
    figures = {field.name for field in Reputation._meta.concrete_fields} - {"user", "updated_at"}
    assert set(row) == figures
