"""No way leads around a block: services ask too, a live window asks, and names of views say exactly what is closed."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from redis.exceptions import ConnectionError as ValkeyIsGone

from marketplace.accounts import blocks
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.middleware import BlockMiddleware
from marketplace.accounts.models import Block, BlockKind, BlockScope
from marketplace.accounts.services.abuse import add_block
from marketplace.core import clock
from marketplace.moderation.models import AdminLog
from marketplace.orders.services import place_order
from marketplace.orders.services.tips import give_tip
from tests.factories import make_completed_order, make_gig, make_moderator, make_user
from tests.faults.valkey import take_away
from tests.logins import log_in

pytestmark = pytest.mark.django_db
NETWORK, INSIDE = "203.0.113.0/24", "203.0.113.7"


def block(kind, value, scope):
    ends_at = clock.now() + timedelta(days=7)
    row = add_block(kind=kind, value=str(value), scope=scope, reason="刷单", ends_at=ends_at, staff=make_moderator())
    blocks.forget_blocks()  # inside a test nothing is committed
    return row


def names_of_views(resolver, namespace=""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names_of_views(pattern, inner)
        elif pattern.name:
            yield namespace + pattern.name


def test_every_name_that_a_scope_closes_is_there():
    known = set(names_of_views(get_resolver()))
    for names in (*BlockMiddleware.SCOPES.values(), BlockMiddleware.OPEN):
        for name in names:
            found = {one for one in known if (one.startswith(name[:-1]) if name.endswith("*") else one == name)}
            assert found, name


def test_who_may_not_buy_still_disposes_of_what_they_earned():
    person = make_user()
    block(BlockKind.ACCOUNT, person.pk, BlockScope.BUYING)
    client = log_in(person)
    assert client.post(reverse("payments:payout_cancel", args=[1])).status_code == 404
    assert client.post(reverse("payments:pay", args=["2026"])).status_code == 403


def test_a_blocked_buyer_places_no_order_by_whatever_page_and_tips_for_one_that_is_done():
    order = make_completed_order()
    block(BlockKind.ACCOUNT, order.buyer_id, BlockScope.BUYING)
    with pytest.raises(AccountError) as refusal:
        place_order(buyer=order.buyer, package=make_gig().packages.get())
    assert refusal.value.code == AccountErrorCode.BLOCKED
    assert give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=500).parent == order


def test_a_service_knows_from_where_the_request_comes():
    block(BlockKind.ADDRESS, NETWORK, BlockScope.BUYING)
    buyer, package, refusals = make_user(), make_gig().packages.get(), []

    def view(_request):
        try:
            place_order(buyer=buyer, package=package)
        except AccountError as refusal:
            refusals.append(refusal.code)
        return HttpResponse()

    asked = RequestFactory().post("/somewhere-new/", REMOTE_ADDR=INSIDE)
    BlockMiddleware(view)(asked)
    assert refusals == [AccountErrorCode.BLOCKED]
    BlockMiddleware(view)(RequestFactory().post("/somewhere-new/", REMOTE_ADDR="198.51.100.1"))
    assert refusals == [AccountErrorCode.BLOCKED]
    place_order(buyer=buyer, package=package)  # nothing of a request stays behind


@pytest.mark.parametrize("path", ["/healthz", "/robots.txt", "/sitemap.xml"])
def test_programs_that_send_nothing_are_not_asked(path, monkeypatch):
    def never():
        raise AssertionError

    monkeypatch.setattr(blocks, "blocks_in_force", never)
    assert Client().get(path, REMOTE_ADDR=INSIDE).status_code != 403


def test_without_the_cache_a_block_is_set_and_lifted_and_holds_within_a_minute(
    monkeypatch, django_capture_on_commit_callbacks
):
    def gone(*_args, **_kwargs):
        raise ValkeyIsGone

    assert not blocks.blocks_in_force()
    for name in ("get_or_set", "delete"):
        monkeypatch.setattr(cache, name, gone)
    with django_capture_on_commit_callbacks(execute=True):
        add_block(
            kind=BlockKind.ADDRESS,
            value=NETWORK,
            scope=BlockScope.WRITING,
            reason="刷单",
            ends_at=clock.now() + timedelta(days=7),
            staff=make_moderator(),
        )
    assert blocks.blocks_in_force().of_address(INSIDE) == {"writing"}
    # Another process, which nobody told.
    Block.objects.update(lifted_at=clock.now())
    monkeypatch.setattr(blocks, "_holds_until", 0.0)
    assert blocks.blocks_in_force().of_address(INSIDE) == {"writing"}
    monkeypatch.setattr(blocks, "_holds_until", 0.0)
    monkeypatch.setattr(blocks, "_read_at", blocks._read_at - blocks._SECONDS - 1)
    assert blocks.blocks_in_force().of_address(INSIDE) == set()


def test_a_page_of_somebody_is_shown_and_noted_without_the_cache(settings, django_capture_on_commit_callbacks):
    client, person = log_in(make_moderator()), make_user()
    take_away(settings)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.get(reverse("people_person", args=[person.pk])).status_code == 200
    assert AdminLog.objects.get(is_reading=True).subject == person
