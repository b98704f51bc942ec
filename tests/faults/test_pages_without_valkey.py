"""F6 of facts/reliability.md: with Valkey away people look around, follow their orders and write; what is limited is closed."""

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.messaging.services import start_conversation
from tests.factories import PASSWORD, make_gig, make_paid_order, make_public_review, make_user
from tests.faults.valkey import take_away
from tests.logins import log_in

pytestmark = pytest.mark.django_db
PHONE = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126 Mobile Safari/537.36"
    " MicroMessenger/8.0.50"
)


def answers(client: Client, paths: list[str]) -> dict[str, int]:
    """What is wrong with these pages: all but those that come."""
    client.raise_request_exception = False
    found = {path: client.get(path, headers={"user-agent": PHONE}).status_code for path in paths}
    return {path: status for path, status in found.items() if status != 200}


def test_a_stranger_looks_around(settings):
    review = make_public_review()
    gig = review.order.gig
    make_gig(category=gig.category, title="同类的另一个")
    take_away(settings)
    address = gig.get_absolute_url()
    assert not answers(
        Client(),
        [
            "/",
            address,
            gig.seller.profile.get_absolute_url(),
            "/search/?q=logo",
            "/search/?q=设计师&delivery=7",
            "/search/suggest/?q=log",
            f"/search/count/?q=logo&category={gig.category.slug}",
            reverse("ledger:escrow"),
            reverse("moderation:statistics"),
            reverse("cms_pages:rules_archive"),
            reverse("sitemap"),
            "/robots.txt",
            reverse("account_login"),
            reverse("account_signup"),
        ],
    )


def test_buyer_and_seller_follow_an_order(settings):
    order = make_paid_order(gig=make_gig(requirements=1))
    conversation = start_conversation(buyer=order.buyer, seller=order.seller)
    buyer, seller = log_in(order.buyer), log_in(order.seller)
    take_away(settings)
    both = [
        "/",
        order.get_absolute_url(),
        reverse("messaging:inbox"),
        reverse("messaging:conversation", args=[conversation.pk]),
        reverse("notifications:list"),
        reverse("ledger:wallet"),
        reverse("accounts:settings"),
        reverse("accounts:privacy"),
        reverse("support:list"),
        order.gig.get_absolute_url(),
        "/search/?q=logo",
    ]
    assert not answers(
        buyer,
        [
            *both,
            reverse("orders:list"),
            reverse("orders:calendar"),
            reverse("gigs:favourites"),
            reverse("discovery:for_you"),
            reverse("offers:briefs"),
            reverse("offers:brief_new"),
            reverse("payments:checkout", args=[order.gig.packages.get().pk]),
        ],
    )
    assert not answers(
        seller,
        [
            *both,
            reverse("insights:desk"),
            reverse("orders:desk_list"),
            reverse("gigs:desk_list"),
            reverse("gigs:step", args=[order.gig.pk, "overview"]),
            reverse("offers:desk_briefs"),
            reverse("reviews:level"),
            reverse("payments:withdraw"),
        ],
    )


def test_what_was_done_in_an_order_is_done(settings):
    order = make_paid_order(gig=make_gig(requirements=1))
    buyer = log_in(order.buyer)
    take_away(settings)
    answer = buyer.post(
        reverse("orders:requirements", args=[order.number]),
        {f"requirement-{order.requirements.get().pk}": "山茶，暖色。"},
    )
    assert answer.status_code == 302
    assert order.requirements.get().answer == "山茶，暖色。"


def test_nobody_logs_in_while_nobody_counts_the_tries(settings):
    person = make_user(email="someone@example.com")
    take_away(settings)
    client = Client(raise_request_exception=False)
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "网站暂时无法访问" in answer.content.decode()
    assert settings.SESSION_COOKIE_NAME not in client.cookies
