"""Briefs: the buyer's, and the list for sellers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.core.downloads import download
from marketplace.core.errors import DomainError
from marketplace.offers import presenters, selectors, services
from marketplace.offers.editing import OfferEditor
from marketplace.offers.errors import BriefError, BriefErrorCode
from marketplace.offers.forms import BriefFilterForm, BriefForm, ReopenForm
from marketplace.offers.models import Brief
from marketplace.uploads.direct import download_address, takes_files_directly


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What this person asked for."""
    page = Paginator(selectors.briefs_of(request.user), 20).get_page(request.GET.get("page"))
    return render(request, "offers/brief_list.html", {"page_obj": page})


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What sellers may answer. Raises Http404 for who has no seller desk."""
    if not request.user.is_seller:
        raise Http404
    form = BriefFilterForm(request.GET)
    page = Paginator(selectors.open_briefs(request.user, form.filters()), 20).get_page(request.GET.get("page"))
    return render(request, "offers/desk_briefs.html", {"page_obj": page, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for offers."""
    # A search that found too little brings what was looked for along.
    form = BriefForm(owner=request.user, initial={"title": request.GET.get("title", "").strip()[:60]})
    is_valid = False
    if request.method == "POST":
        form = BriefForm(request.POST, request.FILES, owner=request.user)
        is_valid = form.is_valid()
        is_valid = form.settle_files() and is_valid  # what came with it stays, whatever else is wrong
    if is_valid:
        data = form.cleaned_data
        try:
            brief = services.publish_brief(
                buyer=request.user,
                category=data["category"],
                title=data["title"],
                story=data["story"],
                budget_min_fen=data["budget_min"],
                budget_max_fen=data["budget_max"],
                wanted_by=data["wanted_by"],
                valid_days=data["valid_days"],
                files=form.chosen,
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Published. Sellers who can do it are told, and you are told of every offer."))
            return redirect(brief)
    status = 422 if request.method == "POST" else 200
    return render(request, "offers/brief_form.html", {"form": form}, status=status)


@login_required
@require_safe
def brief(request: HttpRequest, pk: int) -> HttpResponse:
    """The brief; for its buyer with all answers side by side, for a seller with their own."""
    brief = selectors.brief_for(request.user, pk)
    return _brief_page(request, brief, ReopenForm(brief=brief))


def _brief_page(request: HttpRequest, brief: Brief, reopen_form: ReopenForm, status: int = 200) -> HttpResponse:
    is_owner = brief.buyer_id == request.user.pk
    context: dict[str, object] = {"brief": brief, "is_owner": is_owner, "reopen_form": reopen_form}
    if is_owner:
        context["cards"] = [
            presenters.card(selectors.newest(answer), request.user) for answer in selectors.answers_to(brief)
        ]
    else:
        own = selectors.answer_of(request.user, brief)
        context["own"] = presenters.card(selectors.newest(own), request.user) if own else None
        context["may_answer"] = own is None or selectors.newest(own).may_be_followed
    return render(request, "offers/brief_detail.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """A seller's offer for a brief."""
    brief = selectors.brief_for(request.user, pk)
    if brief.buyer_id == request.user.pk:
        raise Http404
    editor = OfferEditor(data=request.POST if request.method == "POST" else None, seller=request.user)
    if request.method == "POST" and editor.is_valid():
        try:
            offer = services.send_offer(
                seller=request.user,
                buyer=brief.buyer,
                terms=editor.terms(),
                valid_days=editor.valid_days,
                words=editor.words,
                gig=editor.gig,
                brief=brief,
            )
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _("Sent. You are told what becomes of it."))
            return redirect(offer.negotiation)
    status = 422 if request.method == "POST" else 200
    return render(request, "offers/offer_form.html", {"editor": editor, "brief": brief}, status=status)


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Take no offers any more."""
    brief = selectors.own_brief(request.user, pk)
    services.close_brief(brief_id=brief.pk, buyer=request.user)
    messages.success(request, _("Closed. Who had answered was told."))
    return redirect(brief)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take offers again."""
    brief = selectors.own_brief(request.user, pk)
    form = ReopenForm(request.POST, brief=brief)
    if form.is_valid():
        try:
            services.reopen_brief(brief_id=brief.pk, buyer=request.user, **form.cleaned_data)
        except BriefError as refusal:
            if refusal.code != BriefErrorCode.WANTED_BY:
                raise
            form.add_error("wanted_by", refusal.message)
        else:
            messages.success(request, _("The brief takes offers again."))
            return redirect(brief)
    return _brief_page(request, brief, form, status=422)


@login_required
@require_safe
def file(request: HttpRequest, pk: int, file_id: int) -> HttpResponseBase:
    """A file of a brief, always as a download: nothing of it may run in our origin."""
    found = selectors.brief_file_for(request.user, pk, file_id)
    if takes_files_directly():
        return HttpResponseRedirect(download_address(found.file.name, name=found.name))
    return download(request, found.file.open("rb"), size=found.size, name=found.name)
