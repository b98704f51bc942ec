from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.moderation.models import REASONS_ABOUT_MESSAGES, REASONS_ABOUT_WORK


class ReportForm(forms.Form):
    """What is wrong with a service, a brief or a message."""

    reason = forms.ChoiceField(
        label=_("What is wrong?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what it is about.")},
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What exactly, and where on the page or in which picture. At most 500 characters."),
        error_messages={"required": _("Please write a sentence or two: without it nobody can judge the case.")},
    )
    link = forms.URLField(
        label=_("Link to a proof"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("For example the original work, or where the claim is refuted."),
    )

    def __init__(self, *args: Any, is_message: bool = False, **kwargs: Any) -> None:
        """About a message other reasons are to choose from than about work, and other things prove something."""
        super().__init__(*args, **kwargs)
        reasons = REASONS_ABOUT_MESSAGES if is_message else REASONS_ABOUT_WORK
        if is_message:
            self.fields["words"].help_text = _("What is wrong with it, and what came before. At most 500 characters.")
            self.fields["link"].help_text = _("For example a page that shows what the message is about.")
        self.fields["reason"].choices = [(reason.value, reason.label) for reason in reasons]  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """Why a report is upheld or dismissed."""

    words = forms.CharField(
        label=pgettext_lazy("of the decision about a report", "Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Taking down: whose it is reads this. Dismissing: who reported reads this."),
    )


class FlagForm(forms.Form):
    """Why a message is against the rules."""

    words = forms.CharField(
        label=pgettext_lazy("of the decision about a message", "Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The writer reads this. Say which rule, and what they can do instead."),
    )
