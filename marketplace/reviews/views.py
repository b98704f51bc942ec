from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.gigs.selectors import get_gig_on_sale
from marketplace.reviews import rules, selectors, services
from marketplace.reviews.forms import ReviewForm
from marketplace.reviews.models import ReviewSide


@require_safe
def of_gig(request: HttpRequest, pk: int) -> HttpResponse:
    """The review section alone, for htmx; whoever opens the address itself gets the page it belongs to."""
    gig = get_gig_on_sale(pk)
    if not request.htmx:
        return redirect(f"{gig.get_absolute_url()}?{request.GET.urlencode()}#reviews")
    return render(request, "reviews/gig_reviews.html", {"gig": gig})


@login_required
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Review a finished order, as its buyer or, after that, as its seller."""
    order = selectors.order_for_review(request.user, number)
    side = rules.side_of(order, request.user)
    state = selectors.order_reviews(order, request.user)
    form = ReviewForm(request.POST or None, side=side)
    if request.method == "POST" and form.is_valid():
        services.write_review(
            order_id=order.pk,
            author=request.user,
            stars=form.cleaned_data["stars"],
            aspects=form.aspect_stars,
            body=form.cleaned_data["body"],
        )
        messages.success(request, _("Your review is published."))
        return redirect(order)
    if state is None or not state.may_write:
        if state is None:
            messages.info(request, _("A review can be written once the order is finished."))
        return redirect(order)
    context = {
        "order": order,
        "form": form,
        "closes_at": state.closes_at,
        "is_buyer": side == ReviewSide.BUYER,
        "other": order.seller if side == ReviewSide.BUYER else order.buyer,
    }
    return render(request, "reviews/review_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """The seller answers the buyer's review."""
    order = selectors.order_for_review(request.user, number)
    services.reply_to_review(order_id=order.pk, author=request.user, text=request.POST.get("text", ""))
    messages.success(request, _("Your reply is published."))
    return redirect(order)
