"""Forms that files are sent with, and forms of what the two sides change together."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core.forms import MultipleFileField
from marketplace.core.money import display_yuan, parse_yuan, yuan_text
from marketplace.gigs.content import MOST_DELIVERY_DAYS
from marketplace.orders import tip_rules
from marketplace.orders.models import Order
from marketplace.orders.sent_files import DELIVERY, REVISION
from marketplace.uploads.errors import StorageAwayError, UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.presenters import as_json
from marketplace.uploads.purposes import KindLimit, Purpose
from marketplace.uploads.selectors import own_uploads, uploads_of_form
from marketplace.uploads.services import discard_upload, take_file
from marketplace.uploads.states import UploadState


class SentFilesForm(forms.Form):
    """Files that uploads.js sends beside the form; without script they come with it. `chosen` after `settle_files()`.

    What has arrived stays: a form that is refused for something else shows it again.
    """

    purpose: ClassVar[Purpose]
    # Whether the form goes without a file that was refused in sight of the person (`left_out` says why it was), as it does
    # without one that was refused when it was announced.
    leaves_out_refused: ClassVar[bool] = False
    files = MultipleFileField(label=_("Files"), required=False)

    def __init__(self, *args: Any, owner: User, subject: str, **kwargs: Any) -> None:
        """`subject` is what the script announces files for."""
        super().__init__(*args, **kwargs)
        self.owner, self.subject = owner, subject
        self.chosen: list[Upload] = []
        self.left_out: list[str] = []
        self._unwanted: list[Upload] = []
        self._came: list[File] = []
        self.fields["files"].widget.attrs["class"] = "visually-hidden"

    @property
    def limit(self) -> KindLimit:
        """How many files, and how large."""
        return self.purpose.kinds[UploadKind.FILE]

    @property
    def rows(self) -> list[tuple[Upload, str, str]]:
        """What has been sent for this form and is used by nothing; with why it is refused, if it is, and what to know of it."""
        waiting = uploads_of_form(user=self.owner, purpose=self.purpose.key, subject=self.subject)
        told = ((upload, as_json(upload)) for upload in waiting)
        return [(upload, said["message"], said["note"]) for upload, said in told]

    def clean(self) -> dict[str, Any]:
        """Only looks. Whoever sends a form that is not what they see is told so: it cannot be changed afterwards."""
        data = super().clean() or {}
        self._came = data.get("files") or []  # an error of the field takes them out of the cleaned data
        names = self.data.getlist("sent") if hasattr(self.data, "getlist") else self.data.get("sent", [])
        keys = [key for name in dict.fromkeys(names) if (key := _key(name))]
        sent = own_uploads(user=self.owner, purpose=self.purpose.key, keys=keys)
        for key in keys:
            upload = sent.get(key)
            if self.data.get(f"remove-{key.hex}"):
                self._unwanted += [upload] if upload is not None else []
            elif upload is None or upload.subject != self.subject:
                self.add_error("files", _("A file that you had sent is gone. See what is left, and choose it again."))
            elif upload.attached_at is not None:
                self.add_error("files", _("“%(name)s” has been sent before. Choose it again.") % {"name": upload.name})
            elif upload.state == UploadState.REJECTED:
                self._unwanted.append(upload)
                if self.leaves_out_refused:
                    self.left_out.append(as_json(upload)["message"])
                else:
                    self.add_error("files", as_json(upload)["message"])
            elif upload.state == UploadState.READY:
                self.chosen.append(upload)
            else:
                code = UploadErrorCode.NOT_READY if upload.is_undecided else UploadErrorCode.NOT_ARRIVED
                self.add_error("files", UploadError(code, name=upload.name).message)
        return data

    def settle_files(self) -> bool:
        """Let go of what is not wanted, and take what came with the form itself; returns whether all is well. Once, after
        `is_valid()`, of somebody who may send files here."""
        for upload in self._unwanted:
            discard_upload(upload=upload)
        for file in self._came:
            try:
                self.chosen.append(take_file(owner=self.owner, purpose=self.purpose, subject=self.subject, file=file))
            except UploadError as refusal:
                self.add_error("files", refusal.message)
                if isinstance(refusal, StorageAwayError):
                    break  # nobody waits for it once more with each file
        return not self.errors


class DeliveryForm(SentFilesForm):
    purpose = DELIVERY
    field_order = ("message", "files", "without_files", "ai_made", "holds_back_originals")

    message = forms.CharField(
        label=_("What do you deliver"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=3000,
        help_text=_("What is in it, what changed since the last time, how to open it."),
    )
    without_files = forms.BooleanField(label=_("This delivery has no files"), required=False)
    ai_made = forms.TypedChoiceField(
        label=_("Does it contain content made by AI?"),
        choices=[("no", _("No")), ("yes", _("Yes, wholly or in part"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=_("The rules on marking such content ask you to say so. The buyer sees your answer."),
    )
    holds_back_originals = forms.BooleanField(
        label=_("Give out the originals of pictures after acceptance"),
        required=False,
        initial=True,
        help_text=_(
            "Until then the buyer sees JPEG, PNG, WebP, GIF, TIFF and BMP smaller and with a watermark, up to 60 MB and 40"
            " million pixels each. Everything else can be downloaded at once."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        has_files = self.chosen or self._came
        if "files" not in self.errors and not has_files and not data.get("without_files"):
            self.add_error("files", _("No file is attached. Attach the work, or tick that this delivery has none."))
        return data


class RevisionForm(SentFilesForm):
    purpose = REVISION
    field_order = ("message", "files")

    message = forms.CharField(
        label=_("What should change"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=_("The more exactly you say it, the fewer rounds it takes. Pictures with your marks help."),
    )


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, help_text=help_text)


def _days(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most)


class _AmountForm(forms.Form):
    """A form with an amount in yuan, read in fen."""

    amount = forms.DecimalField(label=_("Amount in yuan"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2)

    def clean_amount(self) -> int | None:
        typed = self.cleaned_data["amount"]
        return None if typed is None else parse_yuan(typed)


class ExtendForm(forms.Form):
    days = _days(_("How many days more"), 180)
    message = _words(_("Why"), _("The buyer reads this and decides."))


class DiscountForm(_AmountForm):
    field_order = ("amount", "message")
    message = _words(_("For what"), _("For example what you leave out. It stands in the time line of both of you."))

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("How much goes back to the buyer, in yuan")
        self.fields["amount"].help_text = _("At most ¥%(most)s.") % {"most": display_yuan(order.refundable_fen)}
        self.fields["amount"].widget.attrs["max"] = yuan_text(order.refundable_fen)


class SupplementForm(_AmountForm):
    field_order = ("message", "amount", "days")
    days = _days(_("Days for it, from payment"), MOST_DELIVERY_DAYS)
    message = _words(_("What is to be done in addition"), _("Exactly what is delivered. Both of you are held to it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Price in yuan")


class OneMoreRevisionForm(forms.Form):
    message = _words(_("What should change"), _("If the seller agrees, this is what the seller works on."))


class TipForm(_AmountForm):
    """One of the suggested amounts, or one's own."""

    field_order = ("preset", "amount", "message")
    preset = forms.ChoiceField(label=_("How much"), widget=forms.RadioSelect)
    message = forms.CharField(label=_("A word with it"), max_length=200, required=False)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        presets = tip_rules.presets_fen(order)
        self.fields["preset"].choices = [
            *((str(fen), f"¥{display_yuan(fen)}") for fen in presets),
            ("own", _("My own amount")),
        ]
        fee = tip_rules.fee_basis_points(order)
        self.fields["preset"].help_text = (
            _("The platform keeps %(percent)s%% of it.") % {"percent": yuan_text(fee)}
            if fee
            else _("The platform takes no fee on tips: all of it goes to the seller.")
        )
        self.fields["preset"].required = False  # an amount that is typed says it, too
        amount = self.fields["amount"]
        amount.widget.attrs["data-own-choice"] = "preset"
        for name in ("preset", "amount"):
            self.fields[name].hide_optional = True  # type: ignore[attr-defined]  # one of the two (components/field.html)
        amount.required, amount.label = False, _("Another amount, in yuan")
        amount.help_text = _("From ¥%(least)s to ¥%(most)s.") % {
            "least": display_yuan(tip_rules.least_fen(order)),
            "most": display_yuan(tip_rules.most_fen(order)),
        }

    @property
    def amount_fen(self) -> int:
        """What was chosen, in fen. Call after `is_valid()`."""
        chosen = self.cleaned_data["preset"]
        return int(self.cleaned_data["amount"] if chosen in ("", "own") else chosen)

    def clean(self) -> dict[str, Any]:
        """Nothing is chosen beforehand, and of two different amounts none is charged."""
        data = super().clean() or {}
        chosen, typed = data.get("preset"), data.get("amount")
        if "amount" in self.errors or "preset" in self.errors:
            return data
        if not chosen and not typed:
            self.add_error("preset", _("Please choose an amount, or type one."))
        elif chosen == "own" and not typed:
            self.add_error("amount", _("Please type the amount."))
        elif chosen not in ("", "own") and typed and int(chosen) != typed:
            self.add_error(
                "amount",
                _("You ticked ¥%(ticked)s and typed ¥%(typed)s. Nothing was charged: please leave only one of them.")
                % {"ticked": display_yuan(int(chosen)), "typed": display_yuan(typed)},
            )
        return data


def _key(name: str) -> UUID | None:
    try:
        return UUID(hex=name)
    except ValueError:
        return None
