"""What moderators type at the verifications' desk."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import RejectionReason


class ApproveForm(forms.Form):
    """The period of validity as the moderator reads it on the papers."""

    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("As it is printed; empty for long-term papers."),
    )


class RejectForm(forms.Form):
    """Why not, for the person."""

    reason_code = forms.ChoiceField(
        label=pgettext_lazy("of a decision", "Reason"), choices=RejectionReason, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=200,
        widget=forms.TextInput,
        help_text=_("The person reads this. Say what to do better next time."),
    )

    def clean(self):
        data = super().clean()
        if data.get("reason_code") == RejectionReason.OTHER and not data.get("words", "").strip():
            self.add_error("words", _("Please say why: the person reads it."))
        return data

    def clean_reason_code(self) -> RejectionReason:
        return RejectionReason(self.cleaned_data["reason_code"])


class EndForm(forms.Form):
    """Why a verification no longer counts, for the person."""

    EXPIRE, REVOKE, REVOKE_AND_BAR = "expire", "revoke", "bar"

    how = forms.ChoiceField(
        label=_("What happens"),
        choices=(
            (EXPIRE, _("The papers have expired: new ones may be handed in")),
            (REVOKE, _("Revoke: it should not have counted")),
            (REVOKE_AND_BAR, _("Revoke and bar the number: no account may use it again")),
        ),
        widget=forms.RadioSelect,
        initial=EXPIRE,
    )
    words = forms.CharField(
        label=pgettext_lazy("of a decision", "Reason"),
        max_length=200,
        widget=forms.TextInput,
        help_text=_("The person reads this."),
    )


class CaseSearchForm(forms.Form):
    """Whose cases to list."""

    q = forms.CharField(label=_("Name, e-mail address or mobile number"), required=False, max_length=100)
