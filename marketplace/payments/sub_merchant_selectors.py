"""Reads of sellers' numbers at the institutions, for finance; the desk asks who may."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.accounts.selectors import people_matching
from marketplace.core import clock
from marketplace.payments.models import SubMerchant, SubMerchantStatus

MOST_SELLERS = 20


def sub_merchants_to_use() -> QuerySet[SubMerchant]:
    """Numbers that were agreed to and whose day has passed."""
    due = SubMerchant.objects.filter(status=SubMerchantStatus.APPROVED, usable_from__lte=clock.now())
    return due.order_by("usable_from", "pk")


def sub_merchants_to_agree_to() -> QuerySet[SubMerchant]:
    """Numbers that wait for a second person."""
    return SubMerchant.objects.filter(status=SubMerchantStatus.ASKED)


def sub_merchants_to_come() -> QuerySet[SubMerchant]:
    """Numbers that wait for a second person or for their day, oldest first."""
    waiting = (SubMerchantStatus.ASKED, SubMerchantStatus.APPROVED)
    return _with_people().filter(status__in=waiting).order_by("pk")


def sub_merchants_known(text: str = "", *, sellers: Sequence[User] = ()) -> QuerySet[SubMerchant]:
    """Numbers that are or were in use or were refused, newest first: all, or with a text that number or those sellers."""
    known = _with_people().exclude(status__in=(SubMerchantStatus.ASKED, SubMerchantStatus.APPROVED)).order_by("-pk")
    text = text.strip()
    if not text:
        return known
    return known.filter(Q(sub_merchant_id=text) | Q(user__in=sellers))


def sellers_matching(text: str) -> list[User]:
    """Sellers with this e-mail address or mobile number, or with this in their name; at most 20."""
    found = people_matching(text, limit=5 * MOST_SELLERS)
    return [person for person in found if person.is_seller][:MOST_SELLERS]


def seller_of_number(user_id: int) -> User:
    """One seller, whose number is to be written down. Raises Http404 for anybody else."""
    seller = User.objects.filter(pk=user_id, profile__seller_since__isnull=False).select_related("profile").first()
    if seller is None:
        raise Http404
    return seller


def numbers_of(seller: User) -> QuerySet[SubMerchant]:
    """All numbers a seller ever had, newest first."""
    return _with_people().filter(user=seller).order_by("-pk")


def _with_people() -> QuerySet[SubMerchant]:
    return SubMerchant.objects.select_related("user__profile", "asker__profile", "approver__profile")
