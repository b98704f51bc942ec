"""Who sends more than a form asks for changes no more than it asks for: prices, states, owners and rights stay."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Portfolio, User, UserProfile
from marketplace.gigs.models import Gig, GigPackage
from marketplace.ledger.models import Account, Entry
from marketplace.orders.models import Order
from marketplace.reviews.models import Review
from tests.factories import make_completed_order, make_gig, make_paid_order
from tests.logins import log_in
from tests.orders.changing import picture

pytestmark = pytest.mark.django_db

EXTRA = {
    "id": "1", "pk": "1", "price": "1", "price_fen": "1", "total_fen": "1", "amount_fen": "1", "balance": "99999999",
    "balance_fen": "99999999", "status": "completed", "live": "on", "level": "top", "seller": "1", "seller_id": "1", "buyer": "1",
    "buyer_id": "1", "owner": "1", "author": "1", "user": "1", "user_id": "1", "profile": "1", "is_staff": "on",
    "is_superuser": "on", "is_active": "on", "groups": "1", "email": "taken@example.com", "phone": "+8613900000000",
    "seller_since": "2020-01-01", "published_at": "2020-01-01", "helpful_count": "99",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A page with a form, who fills it in, one change that the form is for, and how that change is read."""

    name: str
    who: str
    address: Callable[[dict], str]
    change: dict[str, str]
    stands: Callable[[dict], object]


CASES = [
    Case(
        "profile", "seller", lambda made: reverse("accounts:settings"), {"headline": "招牌与菜单"},
        lambda made: UserProfile.objects.get(user=made["seller"]).headline,
    ),
    Case(
        "piece", "seller", lambda made: reverse("accounts:piece_edit", args=[made["piece"].pk]), {"title": "新的招牌"},
        lambda made: Portfolio.objects.get(pk=made["piece"].pk).title,
    ),
    Case(
        "draft", "seller", lambda made: reverse("gigs:step", args=[made["draft"].pk, "overview"]), {"title": "奶茶店的全套招牌"},
        lambda made: Gig.objects.get(pk=made["draft"].pk).title,
    ),
    Case(
        "review", "buyer", lambda made: reverse("reviews:write", args=[made["done"].number]),
        {"stars": "4", "body": "交付很快，沟通顺畅，下次还来。"}, lambda made: Review.objects.get(order=made["done"]).body,
    ),
    Case(
        "note of an order", "buyer", lambda made: reverse("orders:note", args=[made["paid"].number]), {"message": "门头要大字"},
        lambda made: made["paid"].events.get(type="requirements_note").data["message"],
    ),
]  # fmt: skip


@pytest.fixture
def made(buyer, seller):
    """Something for each form."""
    gig = make_gig(seller=seller)
    return {
        "buyer": buyer,
        "seller": seller,
        "piece": accounts.create_piece(profile=seller.profile, title="招牌", uploads=[picture()]),
        "draft": make_gig(seller=seller, live=False),
        "done": make_completed_order(buyer=buyer, gig=gig),
        "paid": make_paid_order(buyer=buyer, gig=gig),
    }


def guarded() -> list:
    """Rights, owners, prices, states and money of everybody."""
    return [
        list(User.objects.order_by("pk").values_list("pk", "is_staff", "is_superuser", "is_active", "email", "phone")),
        list(UserProfile.objects.order_by("pk").values_list("pk", "user", "level", "seller_since")),
        list(Portfolio.objects.order_by("pk").values_list("pk", "profile")),
        list(Gig.objects.order_by("pk").values_list("pk", "seller", "status", "live")),
        list(GigPackage.objects.order_by("pk").values_list("pk", "gig", "price_fen")),
        list(Order.objects.order_by("pk").values_list("pk", "buyer", "seller", "status", "total_fen")),
        list(Account.objects.order_by("pk").values_list("pk", "balance_fen")),
        Entry.objects.count(),
        list(Review.objects.values_list("subject", "helpful_count", "published_at").exclude(helpful_count=0)),
    ]


def filled_in(page: str, changed: set[str]) -> dict[str, list[str]]:
    """What a browser would send of the form that has the changed fields."""
    for form in BeautifulSoup(page, "html.parser").find_all("form"):
        fields = form.find_all(["input", "textarea", "select"], attrs={"name": True})
        if not changed <= {field["name"] for field in fields}:
            continue
        sent: dict[str, list[str]] = {}
        for field in fields:
            if field.get("type") in ("file", "submit"):
                continue
            if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
                continue
            if field.name == "select":
                values = [one.get("value", "") for one in field.find_all("option") if one.has_attr("selected")]
            else:
                values = [field.get("value", "") if field.name == "input" else field.get_text().lstrip("\n")]
            sent.setdefault(field["name"], []).extend(values)
        return sent
    raise AssertionError(f"no form of this page has {changed}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fields_that_a_form_does_not_have_change_nothing(case, made):
    browser, address = log_in(made[case.who]), case.address(made)
    sent = filled_in(browser.get(address).content.decode(), set(case.change))
    before = guarded()
    extra = {name: value for name, value in EXTRA.items() if name not in sent}
    answer = browser.post(address, extra | sent | case.change)
    assert answer.status_code == 302
    assert case.stands(made) in case.change.values()
    assert guarded() == before
