"""The privacy centre: consents, a copy of everything, closing the account, blocked people."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts import selectors, services
from marketplace.accounts.decorators import recent_login_required
from marketplace.accounts.forms import AcceptForm, ClosingForm
from marketplace.accounts.models import ConsentDocument
from marketplace.core.config import get_config


@login_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What we keep and why, what the person agreed to, and everything they may do about it."""
    user = request.user
    context = {
        "consents": selectors.consents_of(user),
        "choices": selectors.choices_of(user),
        "keeps_identity": selectors.has_consent(user, ConsentDocument.IDENTITY),
        "export": selectors.latest_export(user),
        "export_days": get_config("accounts.export_days"),
        "blocked": selectors.blocked_by(user),
    }
    return render(request, "accounts/privacy.html", context)


@login_required
@require_POST
def consent_choose(request: HttpRequest, document: str) -> HttpResponse:
    """Give or withdraw an optional consent."""
    if document not in ConsentDocument.values:
        raise Http404
    choice = ConsentDocument(document)
    if choice == ConsentDocument.IDENTITY and request.POST.get("given") == "0":
        # Given with the papers, where they are handed in; taken back here.
        services.withdraw_identity_consent(user=request.user)
        messages.success(request, _("Taken back. Your identity papers were deleted."))
    elif request.POST.get("given") == "1":
        services.give_consent(user=request.user, document=choice)
        messages.success(request, _("Noted. You can take it back here at any time."))
    else:
        services.withdraw_consent(user=request.user, document=choice)
        messages.success(request, _("Taken back. It is no longer done from now on."))
    return redirect("accounts:privacy")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent_renew(request: HttpRequest) -> HttpResponse:
    """A new edition of the terms, asked about once (accounts.middleware.ConsentMiddleware sends people here)."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    documents = selectors.documents_to_accept(request.user)
    if not documents:
        return redirect(target)
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.record_consent(user=request.user)
        return redirect(target)
    return render(request, "accounts/consent_renew.html", {"documents": documents, "form": form, "next": target})


@recent_login_required("POST")
@require_POST
def export_ask(request: HttpRequest) -> HttpResponse:
    """Ask for a copy of everything; the page then shows how far it is."""
    services.ask_for_export(user=request.user)
    messages.success(
        request, _("Your copy is being put together. You can leave the page; we tell you when it is ready.")
    )
    return redirect("accounts:privacy")


@login_required
@never_cache
@require_safe
def export_progress(request: HttpRequest) -> HttpResponse:
    """How far the copy is: the part of the page that asks for itself."""
    context = {"export": selectors.latest_export(request.user), "export_days": get_config("accounts.export_days")}
    return render(request, "accounts/_export.html", context)


@recent_login_required("GET")
@require_safe
def export_file(request: HttpRequest, export_id: int) -> FileResponse:
    """The copy itself, for its person alone."""
    export = selectors.ready_export_for(request.user, export_id)
    day = timezone.localdate(export.ready_at).isoformat()
    response = FileResponse(export.file.open("rb"), as_attachment=True, filename=f"jiangji-{day}.zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@recent_login_required("GET", "POST")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """What is in the way, what goes, what stays and why; then the closing itself, and out."""
    user = request.user
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        closing = services.ask_for_closing(user_id=user.pk)
        logout(request)
        return render(request, "accounts/closing_begun.html", {"closing": closing})
    context = {
        "form": form,
        "blockers": selectors.closing_blockers(user),
        "retained": selectors.retained_after_closing(user),
        "closing_days": get_config("accounts.closing_days"),
        "is_staff_account": selectors.is_staff_person(user),
    }
    return render(request, "accounts/close.html", context)


@login_required
@require_POST
def block(request: HttpRequest, handle: str) -> HttpResponse:
    """Keep somebody away, from their page or the chat."""
    person = selectors.person_to_block(handle)
    services.block_person(owner=request.user, person=person)
    messages.success(
        request, _("%(name)s can no longer write to you or order from you.") % {"name": person.display_name}
    )
    return redirect(_way_back(request))


@login_required
@require_POST
def unblock(request: HttpRequest, handle: str) -> HttpResponse:
    """Let somebody write and order again."""
    person = selectors.person_to_block(handle)
    services.unblock_person(owner=request.user, person=person)
    messages.success(request, _("%(name)s can write to you and order from you again.") % {"name": person.display_name})
    return redirect(_way_back(request))


def _way_back(request: HttpRequest) -> str:
    """The page on which it was pressed, if it is one of ours."""
    page = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(page, allowed_hosts=None, require_https=request.is_secure())
    return page if is_ours else "accounts:privacy"
