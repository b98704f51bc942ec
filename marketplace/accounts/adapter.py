"""The seam between allauth and our people: phone numbers, profiles, text messages. Traps: facts/accounts.md, section 2."""

import logging
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts import blocks, devices, second_factor, selectors, services
from marketplace.accounts.decorators import log_in_by_code
from marketplace.accounts.errors import AccountErrorCode, MailAwayError
from marketplace.accounts.kept_out import way_of
from marketplace.accounts.models import BlockScope, User, VerificationKind
from marketplace.accounts.phone import PhoneField, masked_phone, normalize_phone
from marketplace.notifications.letters import Letter, dressed
from marketplace.notifications.sms import SmsTemplate, send_sms

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's questions, answered for our user model."""

    # allauth's own says "failed log-in attempts", which is wrong where codes are asked for.
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy("Too many attempts in a short time. Wait a few minutes and try again.")
    }

    def save_user(self, request: HttpRequest, user: User, form: forms.Form, commit: bool = True) -> User:
        """Save the new person with the name they chose, and what they consented to."""
        saved = super().save_user(request, user, form, commit=commit)
        if commit:
            services.create_profile(user=saved, display_name=form.cleaned_data.get("display_name", ""))
            if form.cleaned_data.get("consent"):
                services.record_consent(user=saved)
        return saved

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Who was here last as a seller comes back to the desk."""
        profile = getattr(request.user, "profile", None)
        if profile is not None and profile.wears_seller_hat:
            return reverse("accounts:home")
        return str(super().get_login_redirect_url(request))

    def get_login_stages(self) -> list[str]:
        """allauth's, with a stage of our own for e-mail addresses: who has none is not asked to prove one."""
        ours = "marketplace.accounts.stages.EmailVerificationStage"
        return [ours if path.endswith(".EmailVerificationStage") else path for path in super().get_login_stages()]

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Somebody suspended reads why and until when; who is closing the account goes on, and calls that off with it."""
        services.end_suspension_if_due(user_id=user.pk)
        user.refresh_from_db(fields=["is_active"])
        suspension = selectors.open_suspension(user)
        if suspension is not None:
            clear_login(request)
            context = {"suspension": suspension, "appeal_url": way_of(request, suspension)}
            return render(request, "account/suspended.html", context, status=403)
        if blocks.closed_accounts([user.pk], BlockScope.LOG_IN) and not selectors.is_staff_person(user):
            clear_login(request)
            return render(request, "accounts/blocked.html", status=403)
        if selectors.merge_of(user) is not None:
            clear_login(request)
            return render(request, "account/merged.html", status=403)
        closing = selectors.open_closing(user)
        if closing is not None and closing.done_at is None:
            return None
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:
        """Behind every step of the log-in, the second factor too."""
        if services.cancel_closing(user_id=user.pk):
            user.refresh_from_db(fields=["is_active", "session_epoch"])
            messages.success(request, _("Welcome back. Your account stays open: closing it has been called off."))
        super().login(request, user)

    def logout(self, request: HttpRequest) -> None:
        """What this session kept open beside its pages ends with it."""
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            services.tell_signed_out(user=user)

    def set_password(self, user: User, password: str) -> None:
        """A new password ends all other sessions, and what they kept open."""
        super().set_password(user, password)
        services.tell_signed_out(user=user)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take the address as proved, and write that down as one of the person's verified facts."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            services.record_verification(user=email_address.user, kind=VerificationKind.EMAIL)
        return confirmed

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """An address may go where something else still opens the door: allauth counts neither numbers nor codes."""
        if not selectors.has_way_in_without(email_address.user, address=email_address):
            return False
        return bool(super().can_delete_email(email_address))

    def render_mail(self, *arguments: Any, **options: Any) -> Letter:
        """allauth's text, and the same in our design."""
        return dressed(super().render_mail(*arguments, **options))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mails speak of the marketplace by its name, not by the host that the request came to.

        They leave in the request, whose person waits for them: raises MailAwayError MAIL_AWAY when they do not leave.
        """
        site = SimpleNamespace(name=_("Jiangji"), domain=urlsplit(settings.SITE_URL).netloc)
        try:
            super().send_mail(
                template_prefix, email, {"current_site": site, "site_address": settings.SITE_URL} | context
            )
        except OSError as problem:  # smtplib's errors are OSErrors too
            logger.error("a mail that somebody waits for did not leave: %s", type(problem).__name__)
            raise MailAwayError(AccountErrorCode.MAIL_AWAY) from problem

    def post_login(self, request: HttpRequest, user: User, *, signup: bool, **kwargs: Any) -> HttpResponse:
        """A log-in in a browser that this account was not used in before is told to its owner; a sign-up is none.

        A sign-up is a proof like a log-in, with a code and a new password a moment ago; allauth writes down log-ins only.
        """
        response: HttpResponse = super().post_login(request, user, signup=signup, **kwargs)
        if signup:
            record_authentication(request, user, method="signup")
        elif not devices.is_known_browser(request, user):
            agent = request.headers.get("User-Agent", "")
            services.note_new_device(user=user, user_agent=agent, ip=self.get_client_ip(request))
        services.note_browser_use(user=user, browser=devices.mark_browser(request, response, user))
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Before anything sensitive, unless this person has just logged in, which allauth alone would not count.

        allauth takes who has neither password nor second factor for proved at any time: with us they get a code.
        """
        if second_factor.logged_in_recently(self.request):
            return False
        if not self.get_reauthentication_methods(self.request.user):
            raise ImmediateHttpResponse(log_in_by_code(self.request))
        return True

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Who has a second factor proves themself with it: the password alone may be what was stolen."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not second_factor.has_second_factor(user):
            return methods
        stronger = [method for method in methods if method["id"].startswith("mfa_")]
        if is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            return stronger
        return stronger[::-1]  # a passkey is quicker than looking up a recovery code

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        return PhoneField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        return normalize_phone(phone) or phone

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The verified number, else the one that waits for its code."""
        if user.phone:
            return user.phone, True
        return (user.pending_phone, False) if user.pending_phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        services.set_phone(user=user, phone=phone, verified=verified)

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Take the number as proved; a mailbox hears of it as well as the old number does."""
        if services.set_phone(user=user, phone=phone, verified=True):
            self.send_notification_mail("account/email/phone_changed", user, {"number": masked_phone(phone)})

    def get_user_by_phone(self, phone: str) -> User | None:
        """The verified owner of a number. The log-in form passes what was typed, so it is normalised here too."""
        number = normalize_phone(phone)
        return User.objects.filter(phone=number).first() if number else None

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        send_sms(recipient=phone, template=SmsTemplate.CODE, code=code)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        send_sms(recipient=phone, template=SmsTemplate.NO_ACCOUNT)

    def send_account_already_exists_sms(self, phone: str) -> None:
        send_sms(recipient=phone, template=SmsTemplate.ACCOUNT_EXISTS)
