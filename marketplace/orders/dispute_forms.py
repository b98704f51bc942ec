"""Forms of cancelling and of disputes."""

from decimal import Decimal

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.forms import MultipleFileField
from marketplace.core.money import display_yuan, parse_yuan, yuan_text
from marketplace.orders.forms import MAX_FILE_BYTES
from marketplace.orders.models import Order
from marketplace.orders.reasons import DISPUTE_REASONS, cancel_reasons

MAX_FILES_AT_ONCE = 10


class CancelForm(forms.Form):
    reason_code = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Words for the other side"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, required=False
    )

    def __init__(self, *args, order: Order, side: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].choices = cancel_reasons(order, side)
        self.fields["reason_code"].required = order.paid_at is not None  # nobody waits for an answer before that


class YuanField(forms.DecimalField):
    """An amount between nothing and what there is; the form gets fen."""

    unit = "yuan"

    def __init__(self, *, most_fen: int, **kwargs):
        super().__init__(min_value=Decimal(0), max_digits=10, decimal_places=2, **kwargs)
        self.most_fen = most_fen
        self.widget.attrs |= {"max": yuan_text(most_fen), "inputmode": "decimal", "class": "input num"}

    def clean(self, value) -> int | None:
        amount = super().clean(value)
        if amount is None:
            return None
        amount_fen = parse_yuan(amount)
        if amount_fen > self.most_fen:
            raise forms.ValidationError(
                _("At most ¥%(most)s lies in escrow."), params={"most": display_yuan(self.most_fen)}
            )
        return amount_fen


class EvidenceField(MultipleFileField):
    """Several files at once, each within the size limit."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Evidence"),
            required=False,
            help_text=_("Up to 10 files of 50 MB. They cannot be replaced afterwards, only added to."),
            **kwargs,
        )

    def clean(self, data, initial=None) -> list[UploadedFile]:
        files = super().clean(data, initial)
        if len(files) > MAX_FILES_AT_ONCE:
            raise forms.ValidationError(
                _("At most %(limit)s files at once, please. Several small ones fit into a ZIP."),
                params={"limit": MAX_FILES_AT_ONCE},
            )
        for file in files:
            if (file.size or 0) > MAX_FILE_BYTES:
                raise forms.ValidationError(_("%(name)s is larger than 50 MB."), params={"name": file.name})
        return files


class DisputeOpenForm(forms.Form):
    """Why, what is wanted, the story, the evidence."""

    def __init__(self, *args, order: Order, side: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason_code"] = forms.ChoiceField(
            label=_("What it is about"), choices=DISPUTE_REASONS[side].choices, widget=forms.RadioSelect
        )
        self.fields["wanted"] = YuanField(
            label=_("How much should go back to the buyer"),
            most_fen=order.kept_fen,
            help_text=_("¥%(most)s lies in escrow. What does not go back goes to the seller, less the service fee.")
            % {"most": display_yuan(order.kept_fen)},
        )
        self.fields["reason"] = forms.CharField(
            label=_("What happened"),
            widget=forms.Textarea(attrs={"rows": 6}),
            max_length=3000,
            help_text=_("What was agreed, what came, when you said so. The other side and the mediator read it."),
        )
        self.fields["files"] = EvidenceField()


class AnswerForm(forms.Form):
    """The other side's view, and what it would agree to."""

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"] = forms.CharField(
            label=_("Your side"), widget=forms.Textarea(attrs={"rows": 5}), max_length=3000
        )
        self.fields["wanted"] = YuanField(
            label=_("How much should go back to the buyer"), most_fen=order.kept_fen, required=False
        )
        self.fields["files"] = EvidenceField()


class EvidenceForm(forms.Form):
    """More words or files. Empty ones are refused by the service."""

    text = forms.CharField(
        label=pgettext_lazy("evidence", "What it shows"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=3000,
        required=False,
    )
    files = EvidenceField()


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("Why the decision is wrong"), widget=forms.Textarea(attrs={"rows": 4}), max_length=3000
    )
    files = EvidenceField()


class SplitForm(forms.Form):
    """How the escrow would be divided."""

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["refund"] = YuanField(label=_("Back to the buyer"), most_fen=order.kept_fen)
        self.fields["message"] = forms.CharField(
            label=_("Why; the other side reads it"),
            widget=forms.Textarea(attrs={"rows": 2}),
            max_length=1000,
            required=False,
        )

    @property
    def typed_fen(self) -> int | None:
        """The typed amount in fen; None while it is none that can be divided."""
        self.is_valid()
        return self.cleaned_data.get("refund")


class DecisionForm(forms.Form):
    """How the escrow is divided, and why."""

    explanation = forms.CharField(
        label=_("Reasons"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=3000,
        help_text=_("Both sides read this. It cannot be changed afterwards."),
    )
    field_order = ("refund", "explanation")

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["refund"] = YuanField(
            label=_("Back to the buyer, in yuan"),
            most_fen=order.kept_fen,
            help_text=_("The rest, less the service fee, goes to the seller."),
        )
        self.order_fields(self.field_order)


class AdviceForm(forms.Form):
    """Words to both sides, maybe with a division they could agree on."""

    text = forms.CharField(label=_("To both sides"), widget=forms.Textarea(attrs={"rows": 4}), max_length=3000)

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["refund"] = YuanField(
            label=_("Suggested back to the buyer, in yuan"), most_fen=order.kept_fen, required=False
        )
