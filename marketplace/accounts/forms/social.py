"""The first time somebody comes by WeChat, QQ or Weibo."""

from allauth.account.internal.flows.manage_email import email_already_exists
from allauth.socialaccount import forms as allauth
from django import forms

from marketplace.accounts.forms.entrance import OpensAccount, is_free_for_sign_up


class SocialSignupForm(OpensAccount, allauth.SignupForm):
    """What we need besides: a number or an address that is proved here, a name (theirs is filled in), consent."""

    field_order = ["phone", "email", "display_name", "consent"]

    def validate_unique_email(self, value: str) -> str:
        """A taken address is answered like a free one, by mail to its owner: allauth's form would tell anybody here.

        The page of codes then says what to do, to everybody: log in, and link there.
        """
        if is_free_for_sign_up(value):
            return value
        email, self.account_already_exists = email_already_exists(value)
        return email


class UnlinkForm(forms.Form):
    """Which linked account is to go."""

    unlink = forms.IntegerField(min_value=1)
