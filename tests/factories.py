"""The smallest valid things. States are reached by calling services: no factory sets a status."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.signals import published

from marketplace.accounts.models import SellerLevelChoice, User, UserProfile, UserVerification, VerificationKind
from marketplace.accounts.services import confirm_real_name, create_profile, set_phone
from marketplace.gigs.attributes import forget_attributes
from marketplace.gigs.models import (
    Gig,
    GigAttribute,
    GigAttributeOption,
    GigCategory,
    GigPackage,
    GigRequirement,
    PackageTier,
)
from marketplace.gigs.services import refresh_stats
from marketplace.gigs.states import GigStatus
from marketplace.orders import services as orders
from marketplace.orders.models import Coupon, Order
from marketplace.orders.states import DisputeStatus
from marketplace.payments.models import SubMerchant
from marketplace.payments.services import sub_merchants
from marketplace.reviews.models import Review, ReviewSide
from marketplace.reviews.services import write_review

PASSWORD = "correct horse battery"
_sequence = count(1)


def make_user(*, name: str = "", email: str = "", phone: str | None = None, **fields: Any) -> User:
    """Somebody with a profile. E-mail and name are made up unless given; the password is PASSWORD."""
    number = next(_sequence)
    user = User.objects.create_user(
        username=f"user-{number}", email=email or f"user-{number}@example.com", password=PASSWORD, phone=phone, **fields
    )
    create_profile(user=user, display_name=name or f"买家{number}", handle=f"user-{number}")
    return user


def make_seller(*, name: str = "", level: str = SellerLevelChoice.NEW, proved: bool = True, **fields: Any) -> User:
    """Somebody whose seller desk is open and who may publish: the number is verified, the identity handed in.

    With `proved=False` both are still to be done.
    """
    user = make_user(name=name or f"服务商{next(_sequence)}", **fields)
    if proved:
        prove_number(user)
        submit_identity(user)
    UserProfile.objects.filter(user=user).update(
        headline="品牌设计", about="做了八年。", seller_since=timezone.now(), level=level, province="浙江"
    )
    user.profile.refresh_from_db()
    return user


def prove_number(user: User) -> None:
    """A mobile number that its person typed the code of."""
    set_phone(user=user, phone=user.phone or f"+86155{next(_sequence):08d}", verified=True)


def submit_identity(user: User) -> UserVerification:
    """Identity papers that wait for a moderator."""
    return UserVerification.objects.create(user=user, kind=VerificationKind.REAL_NAME)


def staff_group(name: str) -> Group:
    """A group of staff as `migrate` leaves it at the begin of every run; making all anew was a third of the factories."""
    return Group.objects.get(name=name)


def make_moderator(*, name: str = "审核员") -> User:
    """Staff in the group that approves gigs."""
    user = make_user(name=name)
    user.groups.add(staff_group("moderator"))
    return user


def make_finance() -> User:
    """Staff in the group that looks after money."""
    user = make_user(name="财务")
    user.groups.add(staff_group("finance"))
    return user


def make_verified_seller(*, name: str = "林青山") -> User:
    """A seller whose identity was checked under this name."""
    seller = make_seller(name=name, proved=False)
    prove_number(seller)
    confirm_real_name(user=seller, real_name=name)
    return seller


def make_category(*, name: str = "", parent: GigCategory | None = None) -> GigCategory:
    """A category; with a parent, a subcategory."""
    number = next(_sequence)
    return GigCategory.objects.create(
        name=name or f"类目{number}", name_en=f"Category {number}", slug=f"category-{number}", parent=parent
    )


def make_attribute(category: GigCategory, key: str = "style", *options: str, **fields: Any) -> GigAttribute:
    """An attribute of a category with these options (two if none are given); names are made of the keys."""
    names = {"name": f"{key}名", "name_en": key.capitalize(), **fields}
    attribute = GigAttribute(category=category, key=key, sort_order=category.attributes.count(), **names)
    attribute.options = [
        GigAttributeOption(key=option, name=f"{option}名", name_en=option.capitalize(), sort_order=place)
        for place, option in enumerate(options or ("plain", "bold"))
    ]
    attribute.save()
    forget_attributes([category.pk])
    return attribute


def make_gig(
    *,
    seller: User | None = None,
    category: GigCategory | None = None,
    title: str = "",
    price_fen: int = 10_000,
    revisions: int = 2,
    requirements: int = 0,
    live: bool = True,
    **fields: Any,
) -> Gig:
    """A gig with one package (7 days) and as many text requirements as asked for; published unless `live=False`."""
    number = next(_sequence)
    gig = Gig(
        seller=seller or make_seller(),
        category=category or make_category(parent=make_category()),
        title=title or f"奶茶店LOGO设计{number}",
        slug=f"gig-{number}",
        description="两个方案选一个深化。",
        live=False,
        **fields,
    )
    gig.packages = [
        GigPackage(
            tier=PackageTier.BASIC,
            title="一个方案",
            description="一个原创方案",
            price_fen=price_fen,
            delivery_days=7,
            revisions=revisions,
        )
    ]
    gig.requirements = [GigRequirement(prompt=f"问题{index}", sort_order=index) for index in range(1, requirements + 1)]
    if live:
        # As publishing leaves the row, without the revision that nearly every test can do without: with it (publish_directly)
        # a gig takes 24 ms of a processor, without 4, and the suite makes thousands. So Wagtail's signal is sent by hand below.
        gig.live, gig.status = True, GigStatus.LIVE
        gig.first_published_at = gig.last_published_at = timezone.now()
    gig.save()
    if live:
        refresh_stats(gig)
        published.send(sender=Gig, instance=gig, revision=None)
    return gig


def make_order(
    *, buyer: User | None = None, gig: Gig | None = None, tier: str = PackageTier.BASIC, **choice: Any
) -> Order:
    """An order that waits for its payment; `choice` as in `place_order`: quantity, coupon_code, extra_ids."""
    gig = gig or make_gig()
    return orders.place_order(buyer=buyer or make_user(), package=gig.packages.get(tier=tier), **choice)


def make_paid_order(*, reference: str = "", **kwargs: Any) -> Order:
    """An order whose money is in escrow; without requirements it is in progress at once."""
    order = make_order(**kwargs)
    orders.confirm_payment(
        order_id=order.pk,
        gateway="alipay",
        payment_reference=reference or f"PA{next(_sequence):026d}",
        amount_fen=order.total_fen,
    )
    order.refresh_from_db()
    return order


def make_delivered_order(**kwargs: Any) -> Order:
    """An order whose work was handed over, with one small file."""
    order = make_paid_order(**kwargs)
    file = ContentFile(b"the work", name="work.txt")
    orders.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。", files=[file])  # type: ignore[list-item]
    order.refresh_from_db()
    return order


def make_completed_order(**kwargs: Any) -> Order:
    """An order that its buyer accepted."""
    order = make_delivered_order(**kwargs)
    orders.accept_delivery(order_id=order.pk, buyer=order.buyer)
    order.refresh_from_db()
    return order


def decide_finally(
    order: Order, *, refund_fen: int, explanation: str = "各让一步。", mediator: User | None = None
) -> Order:
    """A disputed order to its end: the other side answers, a mediator decides, and both accept it."""
    if order.dispute.status == DisputeStatus.ANSWER:
        answerer = order.seller if order.dispute.opened_by_id == order.buyer_id else order.buyer
        orders.answer_dispute(order_id=order.pk, user=answerer, text="我这边有不同看法。")
    orders.decide_dispute(
        order_id=order.pk, mediator=mediator or make_moderator(), refund_fen=refund_fen, explanation=explanation
    )
    for side in (order.buyer, order.seller):
        orders.accept_decision(order_id=order.pk, user=side)
    return Order.objects.get(pk=order.pk)


def make_public_review(
    order: Order | None = None, *, seller_stars: int = 5, seller_body: str = "", **said: Any
) -> Review:
    """The buyer's review of a completed order (a new one unless given), public because the seller has written too.

    `said` as in `write_review`: stars (5 unless given), aspects, body, uploads.
    """
    order = order or make_completed_order()
    write_review(order_id=order.pk, author=order.buyer, **{"stars": 5} | said)
    write_review(order_id=order.pk, author=order.seller, stars=seller_stars, body=seller_body)
    return Review.objects.get(order=order, side=ReviewSide.BUYER)


OrderFactory = Callable[..., Order]


def make_sub_merchant(*, user: User, gateway_code: str, number: str = "") -> SubMerchant:
    """The number under which an institution knows a seller, in use: one of finance asked, another one agreed."""
    asked = sub_merchants.ask_sub_merchant(
        staff=make_finance(),
        user=user,
        gateway_code=gateway_code,
        sub_merchant_id=number or f"{gateway_code}{user.pk}",
    )
    return sub_merchants.approve_sub_merchant(sub_merchant_id=asked.pk, staff=make_finance())


def make_coupon(*, code: str = "", **fields: Any) -> Coupon:
    """A coupon of ¥5 that anybody may use a hundred times, for a month around now."""
    if "percent" not in fields:
        fields = {"amount_fen": 500} | fields
    terms: dict[str, Any] = {
        "name": "五元券",
        "name_en": "Five yuan",
        "starts_at": timezone.now() - timedelta(days=1),
        "ends_at": timezone.now() + timedelta(days=30),
        "most_uses": 100,
        "most_uses_per_person": 1,
        "budget_fen": 100_000,
    }
    coupon = Coupon(code=code or f"C{next(_sequence)}", **(terms | fields))
    coupon.full_clean()
    coupon.save()
    return coupon
