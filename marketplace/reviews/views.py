from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.blocks import require_open
from marketplace.accounts.models import BlockScope
from marketplace.core import pressed
from marketplace.core.errors import DomainError
from marketplace.gigs.selectors import get_gig_on_sale
from marketplace.orders.models import Order
from marketplace.reviews import rules, selectors, services
from marketplace.reviews.errors import REPLY_WARNINGS, ReviewError
from marketplace.reviews.forms import ReplyForm, ReviewForm
from marketplace.reviews.models import Review, ReviewSide


@require_safe
def of_gig(request: HttpRequest, pk: int) -> HttpResponse:
    """The review section alone, for htmx; whoever opens the address itself gets the page it belongs to."""
    gig = get_gig_on_sale(pk)
    if not request.htmx:
        return redirect(f"{gig.get_absolute_url()}?{request.GET.urlencode()}#reviews")
    return render(request, "reviews/gig_reviews.html", {"gig": gig})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Review an order that has ended, as its buyer or as its seller."""
    order = selectors.order_for_review(request.user, number)
    side = rules.side_of(order, request.user)
    if request.method == "POST":
        return _saved(request, order, side, run=services.write_review)
    state = selectors.order_reviews(order, request.user)
    if state is None or not state.may_write:
        if state is None:
            messages.info(request, _("A review can be written once the order is finished."))
        elif state.window_is_over:
            messages.info(request, _("The time for a review of this order is over."))
        return redirect(order if state is None else f"{order.get_absolute_url()}#reviews")
    return _form_page(request, order, ReviewForm(order=order, owner=request.user, side=side))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change one's own review, for some hours after it was written."""
    order = selectors.order_for_review(request.user, number)
    side = rules.side_of(order, request.user)
    review = selectors.own_review(order, request.user)
    if request.method == "POST":
        return _saved(request, order, side, run=services.edit_review, review=review)
    try:
        rules.require_may_edit(review)
    except ReviewError as refusal:  # an old tab, or an address that was kept: to where the review stands
        messages.error(request, refusal.message)
        return redirect(f"{order.get_absolute_url()}#reviews")
    return _form_page(request, order, ReviewForm(order=order, owner=request.user, side=side, review=review))


def _saved(
    request: HttpRequest, order: Order, side: ReviewSide, *, run: Callable[..., Review], review: Review | None = None
) -> HttpResponse:
    """Whatever is refused, what was typed comes back, and pictures that arrived stay with it."""
    form = ReviewForm(request.POST, request.FILES, order=order, owner=request.user, side=side, review=review)
    is_valid = form.is_valid()
    if form.settle_files() and is_valid:
        values: dict[str, Any] = form.values()
        if review is not None:
            values["removed"] = [picture.pk for picture in form.cleaned_data["removed"]]
        try:
            written = run(order_id=order.pk, author=request.user, **values)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _what_happens(written, is_new=review is None))
            for refused in form.left_out:
                messages.warning(request, refused)
            return redirect(f"{order.get_absolute_url()}#reviews")
    return _form_page(request, order, form)


def _what_happens(review: Review, *, is_new: bool) -> str:
    if not is_new:
        return _("Your review is changed.")
    if review.published_at is not None:
        return _("Both reviews are public now.")
    return _("Your review is saved. Nobody else reads it yet.")


def _form_page(request: HttpRequest, order: Order, form: ReviewForm) -> HttpResponse:
    is_buyer = request.user.pk == order.buyer_id
    state = selectors.order_reviews(order, request.user)
    context = {
        "order": order,
        "form": form,
        "state": state,
        "is_buyer": is_buyer,
        "other": order.seller if is_buyer else order.buyer,
    }
    return render(request, "reviews/review_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """The seller answers the buyer's review. What is refused or warned of comes back, with the review above it."""
    order = selectors.order_for_review(request.user, number)
    target = f"{order.get_absolute_url()}#reviews"
    state = selectors.order_reviews(order, request.user)
    form = ReplyForm(request.POST, auto_id="reply_%s")
    if request.method != "POST":  # a log-in on the way, or the page loaded anew
        return redirect(target)
    if form.is_valid() or state is None or not state.may_reply:
        text, confirmed = form.data.get("text", ""), form.cleaned_data.get("confirmed", False)
        try:
            services.reply_to_review(order_id=order.pk, author=request.user, text=text, confirmed=confirmed)
        except ReviewError as refusal:
            if refusal.code not in REPLY_WARNINGS:
                raise
            form.is_warned = True
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your reply is published."))
            return redirect(target)
    return render(request, "reviews/reply_form.html", {"order": order, "form": form, "state": state}, status=422)


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """One picture of a review: a page of its own, or over the page it stands on."""
    shown, pictures = selectors.picture_for(pk, request.user)
    place = pictures.index(shown)
    context = {
        "picture": shown,
        "review": shown.review,
        "number": place + 1,
        "total": len(pictures),
        "before": pictures[place - 1] if place else None,
        "after": pictures[place + 1] if place + 1 < len(pictures) else None,
        "back_url": _page_of(shown.review),
    }
    return render(request, "reviews/_picture.html" if request.htmx else "reviews/picture.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def helpful(request: HttpRequest, pk: int) -> HttpResponse:
    """Find a review helpful, or no longer: the button alone to htmx, the page they came from to a plain form.

    Who has to log in first comes back here (core/pressed.py).
    """
    review = selectors.review_to_vote_on(pk)
    if not request.user.is_authenticated:
        if request.POST.get("helpful") == "no":  # their session ended meanwhile
            return redirect_to_login(_origin(request, review))
        message = _("Log in, and your vote for this review is counted.")
        return pressed.log_in_first(request, origin=_origin(request, review), message=message)
    if request.method != "POST":
        origin = pressed.take(request)
        if origin is None:
            return redirect(_origin(request, review))
        require_open(request.user, BlockScope.WRITING)  # the middleware lets whoever reads pass
        try:
            services.vote_helpful(review_id=review.pk, user=request.user)
        except ReviewError as refusal:  # who they were was not known before
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Your vote is counted."))
        return redirect(origin)
    wants = request.POST.get("helpful") != "no"
    voted = (services.vote_helpful if wants else services.unvote)(review_id=review.pk, user=request.user)
    if request.htmx:
        button = {"review_id": review.pk, "count": voted.helpful_count, "is_voted": wants, "is_signed_in": True}
        return render(request, "reviews/_helpful.html", button)
    return redirect(_origin(request, review))


def _origin(request: HttpRequest, review: Review) -> str:
    """The page they came from, at the review; where that is unknown, a page it stands on."""
    origin = pressed.came_from(request)
    return f"{origin.partition('#')[0]}#review-{review.pk}" if origin else _page_of(review)


def _page_of(review: Review) -> str:
    """Where a review stands: on its service's page, else on its seller's; for the two sides of a hidden one on their order's."""
    is_public = review.published_at is not None and review.side == ReviewSide.BUYER
    if not is_public:
        return f"{review.order.get_absolute_url()}#reviews"
    if review.gig is not None and review.gig.is_on_sale:
        return f"{review.gig.get_absolute_url()}#reviews"
    return f"{review.subject.profile.get_absolute_url()}#reviews"
