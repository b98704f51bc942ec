"""What text messages say. In China a provider sends only texts it has approved: each has a number there, and parameters."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class SmsTemplate(models.TextChoices):
    """One approved text each; `docs/messages.md` says how they are registered with a provider."""

    CODE = "code", _("%(code)s is your code for Jiangji, valid for 10 minutes. Tell it to nobody.")
    NO_ACCOUNT = "no_account", _("There is no Jiangji account for this number. You can open one with it.")
    ACCOUNT_EXISTS = "account_exists", _("This number already has a Jiangji account. Please log in with it.")
    NUMBER_CHANGED = (
        "number_changed",
        _(
            "The mobile number of your Jiangji account is now %(number)s. If this was not you, log in, change the password "
            "and tell us at once."
        ),
    )
    NEW_DEVICE = (
        "new_device",
        _(
            "Your Jiangji account was logged in to on a new device: %(device)s, %(address)s, %(moment)s. If this was not you, "
            "sign the device out and change your password."
        ),
    )
    WAY_IN_LINKED = (
        "way_in_linked",
        _(
            "%(provider)s was linked to your Jiangji account and opens it from now on. If this was not you, change your "
            "password and tell us at once."
        ),
    )
    WAY_IN_UNLINKED = (
        "way_in_unlinked",
        _(
            "%(provider)s no longer opens your Jiangji account. If this was not you, change your password and tell us at "
            "once."
        ),
    )
    VERIFICATION = "verification", _("Jiangji: %(news)s. Log in to see the details.")
    WITHDRAWAL_ACCOUNT = (
        "withdrawal_account",
        _(
            "A withdrawal account was named for you at Jiangji: %(account)s, usable from %(moment)s on. If this was not you, "
            "change your password at once and tell us: until then no money can leave to it."
        ),
    )

    @property
    def useful_for(self) -> timedelta:
        """A code is valid for ten minutes, and late it only frightens; a warning is worth reading a day later."""
        return timedelta(minutes=10) if self == SmsTemplate.CODE else timedelta(days=1)

    def text(self, parameters: dict[str, str]) -> str:
        """The sentence in the language of now. Raises KeyError when a parameter is missing."""
        return str(self.label) % parameters
