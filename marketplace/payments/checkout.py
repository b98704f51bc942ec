"""What the checkout page shows for a choice: the same sum as the order will have, or why it cannot be had."""

from dataclasses import dataclass
from typing import cast

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.gigs.models import GigPackage
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.kept_coupons import kept_codes
from marketplace.orders.quotes import Quote, quote_of
from marketplace.orders.selectors import package_on_sale
from marketplace.orders.services import check_coupon, find_coupon, unpaid_of_page
from marketplace.payments.errors import PaymentErrorCode
from marketplace.payments.forms import ChoiceForm

# Refusals about the choice: the page shows them with the choice as it was, and the buyer goes on.
ABOUT_THE_COUPON = frozenset(code for code in OrderErrorCode if code.value.startswith("coupon_"))
ABOUT_THE_CHOICE = ABOUT_THE_COUPON | {
    OrderErrorCode.OFFER_CHANGED,
    OrderErrorCode.QUANTITY,
    OrderErrorCode.ORDER_TOO_LONG,
}
# The order is fine, this way of paying is not: another one may be.
ABOUT_THE_GATEWAY = frozenset({PaymentErrorCode.TOO_LONG_FOR_GATEWAY, PaymentErrorCode.SELLER_NOT_AT_GATEWAY})


@dataclass(frozen=True)
class Choice:
    """A choice as the page shows it, with its sum. What is no longer offered has dropped out of it."""

    quote: Quote
    code: str
    coupon_problem: str = ""
    quantity_problem: str = ""  # then the sum is of one

    @property
    def package(self) -> GigPackage:
        return self.quote.package

    @property
    def extra_ids(self) -> set[int]:
        return {extra.pk for extra in self.quote.extras}


def choice_of(request: HttpRequest, form: ChoiceForm, *, package_id: int) -> Choice:
    """The choice of a page, from what was sent with it as far as it is valid. Raises Http404 for what is not on sale."""
    form.is_valid()
    data = getattr(form, "cleaned_data", {})
    package = package_on_sale(data.get("package") or package_id)
    offered = {extra.pk for extra in package.gig.extras.all()}
    extra_ids = [pk for pk in data.get("extras", ()) if pk in offered]
    quantity, code = data.get("quantity") or 1, data.get("coupon", "")
    too_long = ""
    try:
        plain = quote_of(package, extra_ids=extra_ids, quantity=quantity)
    except OrderError as refusal:
        if quantity == 1 or refusal.code != OrderErrorCode.ORDER_TOO_LONG:
            raise
        plain, too_long = quote_of(package, extra_ids=extra_ids), refusal.message
    if not code and not too_long and not form.is_bound:
        return _with_kept_coupon(request, plain, extra_ids=extra_ids)
    if not code or too_long:
        return Choice(plain, code, quantity_problem=str(too_long))
    if not may_try_code(request):
        return Choice(
            plain, code, _("Those were too many codes in an hour. You can pay without one, or try again later.")
        )
    try:
        coupon = find_coupon(code, package=package)
        quote = quote_of(package, extra_ids=extra_ids, quantity=quantity, coupon=coupon)
        if coupon is not None:
            person, key = cast(User, request.user), data.get("checkout_key")
            # What this very page has placed gives the coupon back when another choice is paid.
            freed = unpaid_of_page(key, buyer=person) if key else ()
            check_coupon(coupon, person=person, discount_fen=quote.discount_fen, freed=freed)
    except OrderError as refusal:
        return Choice(plain, code, refusal.message)
    return Choice(quote, code)


def _with_kept_coupon(request: HttpRequest, plain: Quote, *, extra_ids: list[int]) -> Choice:
    """The page as it opens: with the first coupon that was taken in this browser and holds for this. Others are not spoken of."""
    for code in kept_codes(request.session):
        try:
            coupon = find_coupon(code, package=plain.package)
            quote = quote_of(plain.package, extra_ids=extra_ids, coupon=coupon)
            if coupon is not None:
                check_coupon(coupon, person=cast(User, request.user), discount_fen=quote.discount_fen)
        except OrderError:
            continue
        return Choice(quote, code)
    return Choice(plain, "")


def may_try_code(request: HttpRequest) -> bool:
    """Whether this person may try one more code now: whoever guesses is slowed down."""
    # The sum of an open page is a GET: the public function lets those pass.
    usage = ratelimit.consume(request, app="allauth.account", action="coupon_code", user=request.user, limit_get=True)
    return usage is not None
