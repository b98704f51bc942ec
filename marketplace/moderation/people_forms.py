"""Forms of the staff's pages about people."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core import clock

KINDS = [
    ("", _("Everybody")),
    ("sellers", _("Sellers")),
    ("buyers", _("Buyers alone")),
    ("suspended", _("Suspended")),
    ("closing", _("Closing")),
    ("closed", pgettext_lazy("an account", "Closed")),
    ("staff", _("Staff")),
]


class PeopleForm(forms.Form):
    """Whom to show: nobody scrolls through everybody."""

    q = forms.CharField(
        label=_("Find a person"),
        required=False,
        max_length=80,
        help_text=_("E-mail address, mobile number, or a part of the name"),
    )
    kind = forms.ChoiceField(label=_("Who"), required=False, choices=KINDS)


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
