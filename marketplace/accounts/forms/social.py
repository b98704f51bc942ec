"""The first time somebody comes by WeChat, QQ or Weibo."""

from allauth.account.internal.flows.manage_email import email_already_exists
from allauth.socialaccount import forms as allauth
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from marketplace.accounts import selectors
from marketplace.accounts.forms.entrance import OpensAccount, is_free_for_sign_up
from marketplace.accounts.models import User


class SocialSignupForm(OpensAccount, allauth.SignupForm):
    """What we need besides: a number or an address that is proved here, a name (theirs is filled in), consent."""

    field_order = ["phone", "email", "display_name", "consent"]

    def validate_unique_email(self, value: str) -> str:
        """A taken address is answered like a free one, by mail to its owner: allauth's form would tell anybody here."""
        if is_free_for_sign_up(value):
            return value
        email, self.account_already_exists = email_already_exists(value)
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Whose number or address has an account already is told so there, and here what to do then.

        The same words in both cases: who knows a number is not to learn whether its owner is one of us.
        """
        provider = selectors.provider_name(self.sociallogin.account.provider)
        messages.info(
            request,
            _(
                "If this number or address has an account already, our message there says so instead of giving a code:"
                " then log in with it, and link %(provider)s under “Ways to log in”."
            )
            % {"provider": provider},
        )
        return super().try_save(request)


class UnlinkForm(forms.Form):
    """Which linked account is to go."""

    unlink = forms.IntegerField(min_value=1)
