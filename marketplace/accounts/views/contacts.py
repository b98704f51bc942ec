"""Changing the mobile number and the e-mail address: allauth's pages, behind a code to the present one."""

from typing import Any

from allauth.account import views as allauth
from allauth.core.exceptions import RateLimited
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from marketplace.accounts import contacts, throttles
from marketplace.accounts.contacts import ContactKind
from marketplace.accounts.forms import PresentContactForm

CHANGE_PAGES = {ContactKind.PHONE: "account_change_phone", ContactKind.EMAIL: "account_email"}


class ProvedContactMixin:
    """Shows the form for a new number or address only to who has typed a code sent to the present one."""

    kind: ContactKind
    # What may be asked for without, if nothing else is: a new code to an address that already waits for one.
    harmless = ""

    def must_prove(self, request: HttpRequest) -> bool:
        """Whether something verified is there, and no code of it was typed lately."""
        return bool(contacts.verified_contacts(request.user, first=self.kind)) and not contacts.has_proved(
            request.session
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = {name for name in request.POST if name.startswith("action")}
        if asked != {self.harmless} and self.must_prove(request):
            return redirect("accounts:prove_contact", self.kind.value)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"must_prove": self.must_prove(self.request), "contact_kind": self.kind.value}


@method_decorator([login_required, never_cache], name="dispatch")
class ChangePhoneView(ProvedContactMixin, allauth.ChangePhoneView):
    kind = ContactKind.PHONE


@method_decorator([login_required, never_cache], name="dispatch")
class ChangeEmailView(ProvedContactMixin, allauth.EmailView):
    kind = ContactKind.EMAIL
    harmless = "action_send"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove_contact(request: HttpRequest, kind: str) -> HttpResponse:
    """Send a code to something the person has, and take it; then the change of `kind` may go on."""
    if kind not in CHANGE_PAGES:
        raise Http404
    onward = redirect(CHANGE_PAGES[ContactKind(kind)])
    choices = contacts.verified_contacts(request.user, first=ContactKind(kind))
    if not choices or contacts.has_proved(request.session):
        return onward
    process = contacts.PresentContactProcess.resume(request)
    form = PresentContactForm(code=process.code if process else None)
    if request.method == "POST" and "send" in request.POST:
        chosen = next((contact for contact in choices if contact.kind == request.POST["send"]), choices[0])
        try:
            contacts.PresentContactProcess.begin(request, chosen)
        except RateLimited:
            messages.error(request, throttles.TOO_MANY_CODES)
        return redirect("accounts:prove_contact", kind)
    if request.method == "POST" and process is not None:
        form = PresentContactForm(request.POST, code=process.code)
        if form.is_valid():
            process.finish()
            return onward
        if "code" in request.POST and not process.record_invalid_attempt():
            messages.error(request, _("That was wrong too often. Have a new code sent."))
            return redirect("accounts:prove_contact", kind)
    context = {
        "form": form,
        "process": process,
        "choices": choices,
        "kind": kind,
        "back": CHANGE_PAGES[ContactKind(kind)],
    }
    return render(request, "accounts/prove_contact.html", context)
