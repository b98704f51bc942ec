"""`{% card_list %}`: a list of cards is what its cards are one by one, with each person's hearts."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory

from marketplace.core.templatetags import components
from marketplace.gigs.cards import gig_cards
from marketplace.gigs.models import Favourite
from tests.factories import make_gig, make_user

LIST = '{% load gigs %}{% card_list cards heading_level=2 lying=True eager=1 why="aus gutem Grund" %}'
ONE_BY_ONE = (
    "{% for card in cards %}{% if forloop.first %}"
    '{% include "components/gig_card.html" with heading_level=2 lying=True eager=True why="aus gutem Grund" %}{% else %}'
    '{% include "components/gig_card.html" with heading_level=2 lying=True why="aus gutem Grund" %}{% endif %}{% endfor %}'
)


def drawn(template, cards, user):
    request = RequestFactory().get("/a-list/")
    request.user = user
    text = engines["django"].from_string(template).render({"cards": cards, "user": user}, request)
    return "".join(text.split())


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_list_is_its_cards_one_by_one(db, is_signed_in):
    gigs = [make_gig(), make_gig(), make_gig()]
    user = make_user() if is_signed_in else AnonymousUser()
    if is_signed_in:
        Favourite.objects.create(gig=gigs[1], user=user)
    cards = gig_cards([gig.pk for gig in gigs], user=user if is_signed_in else None)
    shown = drawn(LIST, cards, user)
    assert shown == drawn(ONE_BY_ONE, cards, user)
    assert shown.count('aria-pressed="true"') == (1 if is_signed_in else 0)
    assert shown.count("<article") == shown.count("ausgutemGrund") == 3


def test_each_card_may_have_a_reason_of_its_own(db):
    cards = gig_cards([make_gig().pk, make_gig().pk])
    shown = drawn(
        "{% load gigs %}{% card_list cards %}", list(zip(cards, ["first", "second"], strict=True)), AnonymousUser()
    )
    assert shown.index("first") < shown.index("second")


def test_for_strangers_a_list_is_drawn_once_and_for_others_never_as_one(db):
    components._large.cache_clear()
    cards = gig_cards([make_gig().pk, make_gig().pk])
    for user in (AnonymousUser(), AnonymousUser(), make_user(), SimpleNamespace(is_authenticated=False)):
        drawn(LIST, cards, user)
    assert (components._large.cache_info().misses, components._large.cache_info().hits) == (1, 2)
