"""Forms of the staff's pages about people."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core import clock
from marketplace.moderation.roles import ADMINISTRATOR, EDITOR, FINANCE, HELP_WRITER, MARKETER, MODERATOR, SUPPORT

ROLE_NAMES = [
    (MARKETER, pgettext_lazy("a role", "Marketer")),
    (MODERATOR, pgettext_lazy("a role", "Moderator")),
    (FINANCE, pgettext_lazy("a role", "Finance")),
    (SUPPORT, pgettext_lazy("a role", "Support")),
    (ADMINISTRATOR, pgettext_lazy("a role", "Administrator")),
    (EDITOR, pgettext_lazy("a role", "Editor")),
    (HELP_WRITER, pgettext_lazy("a role", "Writer of the help centre")),
]

KINDS = [
    ("", _("Everybody")),
    ("sellers", _("Sellers")),
    ("buyers", _("Buyers alone")),
    ("suspended", _("Suspended")),
    ("closing", _("Closing")),
    ("closed", pgettext_lazy("an account", "Closed")),
    ("staff", _("Staff")),
]


YES_NO = [
    ("", _("Does not matter")),
    ("yes", pgettext_lazy("a filter", "Yes")),
    ("no", pgettext_lazy("a filter", "No")),
]
_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PeopleForm(forms.Form):
    """Whom to show: nobody scrolls through everybody."""

    q = forms.CharField(
        label=_("Find a person"),
        required=False,
        max_length=80,
        help_text=_(
            "Name, page, mobile number or its end, e-mail address, number of an account, order, service, payment or payout, "
            "IP address, mark of a browser"
        ),
    )
    kind = forms.ChoiceField(label=_("Who"), required=False, choices=KINDS)
    level = forms.ChoiceField(
        label=_("Seller level"), required=False, choices=[("", _("Does not matter")), *SellerLevelChoice.choices]
    )
    verified = forms.ChoiceField(label=_("Identity checked"), required=False, choices=YES_NO)
    strikes = forms.ChoiceField(label=_("Strikes in force"), required=False, choices=YES_NO)
    orders = forms.ChoiceField(
        label=_("Orders"),
        required=False,
        choices=[
            ("", _("Does not matter")),
            ("bought", pgettext_lazy("a filter of people", "Has bought")),
            ("sold", pgettext_lazy("a filter of people", "Has sold")),
            ("none", pgettext_lazy("a filter of people", "Neither bought nor sold")),
        ],
    )
    seen = forms.ChoiceField(
        label=pgettext_lazy("a filter of people", "Last here"),
        required=False,
        choices=[
            ("", _("Does not matter")),
            ("1", _("Within a day")),
            ("7", _("Within a week")),
            ("30", _("Within 30 days")),
            ("-30", _("Not for 30 days")),
            ("-180", _("Not for 180 days")),
        ],
    )
    place = forms.CharField(label=_("Province or city"), required=False, max_length=20)
    joined_from = forms.DateField(label=_("Joined from"), required=False, widget=_DAY)
    joined_until = forms.DateField(label=_("Joined until"), required=False, widget=_DAY)
    sort = forms.ChoiceField(
        label=pgettext_lazy("of a list", "Order"),
        required=False,
        choices=[
            ("", pgettext_lazy("people", "Newest first")),
            ("oldest", _("Oldest first")),
            ("seen", _("Last log-in first")),
            ("name", _("By name")),
        ],
    )

    def criteria(self) -> dict[str, str]:
        """What was asked for, as typed: for a segment, an address, and the log."""
        chosen = self.cleaned_data if self.is_valid() else {}
        return {name: str(value) for name, value in chosen.items() if value}


class SegmentForm(forms.Form):
    """A name for a search."""

    name = forms.CharField(label=_("Name of the segment"), max_length=60)
    is_shared = forms.BooleanField(label=_("For colleagues too"), required=False)


class ExportForm(forms.Form):
    """Why a list of people leaves the portal, and how much of it."""

    why = forms.CharField(label=_("What is the list for?"), max_length=300)
    ending = forms.ChoiceField(label=_("Format"), choices=[("csv", "CSV"), ("xlsx", "Excel (XLSX)")])
    whole = forms.BooleanField(label=_("Whole numbers and addresses"), required=False)


class RolesForm(forms.Form):
    """Which roles somebody has in the team."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), required=False, choices=ROLE_NAMES, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("Reason, which the person reads"), max_length=300)
    typed = forms.CharField(
        label=_("For the administrator's role: the address of this person's page"),
        required=False,
        max_length=40,
        help_text=_("As it stands behind /u/. Typed, so that nobody gets all rights by a slip."),
    )


class StrikeForm(forms.Form):
    """A warning that counts."""

    words = forms.CharField(
        label=_("What was wrong, which the person reads"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class MergeForm(forms.Form):
    """The last step of merging two accounts."""

    reason = forms.CharField(label=_("How do you know that they are one person's?"), max_length=300)
    typed = forms.CharField(label=_("Type the address of the page that goes"), max_length=40)


class SuspendForm(forms.Form):
    """Why and until when. The person reads both."""

    reason = forms.CharField(label=_("Reason, which the person reads"), max_length=300)
    until = forms.DateField(
        label=_("Suspended until the end of"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = timezone.localdate(clock.now()) + timedelta(days=7)

    def ends_at(self) -> datetime:
        """The last moment of that day in China."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59, 59)))


class WhyForm(forms.Form):
    """Why a suspension is lifted; it stands in the staff log."""

    reason = forms.CharField(label=pgettext_lazy("of lifting a suspension", "Why"), max_length=300)


class NoteForm(forms.Form):
    """A remark for colleagues."""

    text = forms.CharField(label=_("Note for colleagues"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
