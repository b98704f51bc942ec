"""Reporting something, on the public site."""

from collections.abc import Callable
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.models import User
from marketplace.gigs.selectors import get_gig_on_sale
from marketplace.messaging.models import Message
from marketplace.messaging.selectors import message_to_report
from marketplace.moderation import report_selectors, reports, subjects
from marketplace.moderation.forms import ReportForm
from marketplace.moderation.models import ReportReason
from marketplace.moderation.subjects import Target
from marketplace.offers.selectors import brief_for
from marketplace.orders.models import Order
from marketplace.reviews.models import Review


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_gig(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong with a service."""
    gig = get_gig_on_sale(pk)
    return _report(request, gig, gig.seller, lambda told: reports.report_gig(gig=gig, **told))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_brief(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong with a brief that one may read."""
    brief = brief_for(request.user, pk)
    return _report(request, brief, brief.buyer, lambda told: reports.report_brief(brief=brief, **told))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_message(request: HttpRequest, pk: int, sequence: int) -> HttpResponse:
    """Say what is wrong with a message in one's own conversation."""
    message = message_to_report(request.user, pk, sequence)
    owner = subjects.owner_of(message)
    return _report(request, message, owner, lambda told: reports.report_message(message=message, **told))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong with a review or the reply to it."""
    review = report_selectors.review_to_report(request.user, pk)
    return _report(request, review, review.author, lambda told: reports.report_review(review=review, **told))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_pressure(request: HttpRequest, number: str) -> HttpResponse:
    """Say that the seller of one's order wants to buy or force a review."""
    order = report_selectors.order_to_report(request.user, number)

    def send(told: dict[str, Any]) -> object:
        return reports.report_pressure(order=order, reporter=told["reporter"], words=told["words"], link=told["link"])

    return _report(request, order, order.seller, send)


def _report(
    request: HttpRequest, target: Target, owner: User, send: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """A few a day: somebody who sends a hundred reports helps nobody."""
    is_message = isinstance(target, Message)
    is_review, is_order = isinstance(target, Review), isinstance(target, Order)
    form = ReportForm(request.POST or None, is_message=is_message, is_review=is_review, is_order=is_order)
    address = subjects.address_of(target)
    if request.method == "POST" and form.is_valid():
        ratelimit.consume(request, action="report", user=request.user, raise_exception=True)
        send(
            {
                "reporter": request.user,
                "reason": ReportReason(form.cleaned_data.get("reason", ReportReason.PRESSURE)),
                "words": form.cleaned_data["words"],
                "link": form.cleaned_data["link"],
            }
        )
        messages.success(request, _("Thank you. A moderator looks at it, and you are told what came of it."))
        return redirect(address)
    context = {
        "target": target,
        "owner": owner,
        "form": form,
        "is_message": is_message,
        "is_review": is_review,
        "is_order": is_order,
        "title": subjects.title_of(target),
        "address": address,
        "is_own": owner.pk == request.user.pk and not (isinstance(target, Review) and target.reply),
        "is_waiting": report_selectors.has_open_report(request.user, target),
    }
    return render(request, "moderation/report_form.html", context, status=422 if form.errors else 200)
