"""What the checkout page shows for a choice: the same sum as the order will have, or why it cannot be had."""

from dataclasses import dataclass
from typing import cast

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.gigs.models import GigPackage
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.quotes import Quote, quote_of
from marketplace.orders.selectors import package_on_sale
from marketplace.orders.services import check_coupon, find_coupon
from marketplace.payments.forms import ChoiceForm

# Refusals about the choice: the page shows them with the choice as it was, and the buyer goes on.
ABOUT_THE_COUPON = frozenset(code for code in OrderErrorCode if code.value.startswith("coupon_"))
ABOUT_THE_CHOICE = ABOUT_THE_COUPON | {OrderErrorCode.OFFER_CHANGED, OrderErrorCode.QUANTITY}


@dataclass(frozen=True)
class Choice:
    """A choice as the page shows it, with its sum. What is no longer offered has dropped out of it."""

    quote: Quote
    code: str
    coupon_problem: str = ""

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
    plain = quote_of(package, extra_ids=extra_ids, quantity=quantity)
    if not code:
        return Choice(plain, code)
    if not may_try_code(request):
        return Choice(
            plain, code, _("That were too many codes in an hour. You can pay without one, or try again later.")
        )
    try:
        coupon = find_coupon(code, package=package)
        quote = quote_of(package, extra_ids=extra_ids, quantity=quantity, coupon=coupon)
        if coupon is not None:
            check_coupon(coupon, person=cast(User, request.user), discount_fen=quote.discount_fen)
    except OrderError as refusal:
        return Choice(plain, code, refusal.message)
    return Choice(quote, code)


def may_try_code(request: HttpRequest) -> bool:
    """Whether this person may try one more code now: whoever guesses is slowed down."""
    # The sum of an open page is a GET: the public function lets those pass.
    usage = ratelimit.consume(request, app="allauth.account", action="coupon_code", user=request.user, limit_get=True)
    return usage is not None
