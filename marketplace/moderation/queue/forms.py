"""Forms of the queue: what is listed, and how a case is decided."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.moderation.models import DecisionReason, Effect, Priority, QueueKind
from marketplace.moderation.queue.services import LONGEST_DAYS
from marketplace.moderation.subjects import Hidden
from marketplace.reviews.models import MaskedPart, MaskGround, Review
from marketplace.reviews.selectors.reviews_for_staff import parts_to_hide

# What the rooms keep of a decision's words.
WORDS_LENGTH, ANSWER_LENGTH, NOTE_LENGTH = 300, 500, 1000
SHOWN = [
    ("", pgettext_lazy("cases", "Waiting")),
    ("mine", pgettext_lazy("cases", "Mine")),
    ("unclaimed", pgettext_lazy("cases", "Unclaimed")),
    ("overdue", pgettext_lazy("cases", "Overdue")),
    ("decided", pgettext_lazy("cases", "Decided")),
]


class QueueForm(forms.Form):
    """Which cases are shown. What it does not know is passed over: an address that was kept leads to the whole queue."""

    show = forms.ChoiceField(choices=SHOWN, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", pgettext_lazy("kinds of cases", "All kinds")), *QueueKind.choices],
        required=False,
    )
    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=[
            ("", pgettext_lazy("of cases", "Any priority")),
            *((str(key), label) for key, label in Priority.choices),
        ],
        required=False,
    )

    @property
    def asked(self) -> dict[str, str]:
        """What was asked for and is known."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class DecisionForm(forms.Form):
    """Reason, answer, effect, and a note for colleagues."""

    effect = forms.ChoiceField(label=_("Effect"), widget=forms.RadioSelect, required=False)
    upheld = forms.ChoiceField(
        label=pgettext_lazy("to an appeal", "Answer"),
        widget=forms.RadioSelect,
        choices=[("1", _("The person is right: undo it")), ("0", _("It stays as it was decided"))],
        required=False,
    )
    part = forms.ChoiceField(label=_("What is hidden"), widget=forms.RadioSelect, required=False)
    ground = forms.ChoiceField(
        label=_("Legal ground"), required=False, choices=[("", _("Choose")), *MaskGround.choices]
    )
    days = forms.IntegerField(label=_("Days of suspension"), required=False, min_value=1, max_value=LONGEST_DAYS)
    reason = forms.ModelChoiceField(
        label=pgettext_lazy("of a decision", "Reason"),
        queryset=DecisionReason.objects.none(),
        to_field_name="code",
        required=False,
    )
    words = forms.CharField(label=_("Answer to the person"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    note = forms.CharField(
        label=_("Note for colleagues"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, kind: str, effects: tuple[Effect, ...], review: Review | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        is_appeal = kind == QueueKind.APPEAL
        self.fields["words"].max_length = ANSWER_LENGTH if is_appeal else WORDS_LENGTH  # type: ignore[attr-defined]
        self.fields["words"].widget.attrs["maxlength"] = self.fields["words"].max_length  # type: ignore[attr-defined]
        self.fields["reason"].queryset = DecisionReason.objects.filter(  # type: ignore[attr-defined]
            is_active=True, kinds__contains=[kind]
        )
        self.fields["effect"].choices = [(effect.value, effect.label) for effect in effects]  # type: ignore[attr-defined]
        self.fields["days"].initial = 7
        if not is_appeal:
            del self.fields["upheld"]
        if review is None:
            del self.fields["part"], self.fields["ground"]
        else:
            self.fields["part"].choices = parts_to_hide(review)  # type: ignore[attr-defined]

    def clean_words(self) -> str:
        """A longer answer would be cut where it is kept."""
        words: str = self.cleaned_data["words"].replace("\r\n", "\n").strip()
        most = self.fields["words"].max_length  # type: ignore[attr-defined]
        if len(words) > most:
            raise ValidationError(_("At most %(number)s characters.") % {"number": most})
        return words

    @property
    def asked(self) -> dict[str, Any]:
        """What `decide_case` takes."""
        data = self.cleaned_data
        upheld = data.get("upheld")
        return {
            "effect": data.get("effect") or Effect.NOTHING,
            "reason": data.get("reason"),
            "words": data.get("words", ""),
            "note": data.get("note", ""),
            "days": data.get("days"),
            "hidden": self._hidden,
            "upheld": None if not upheld else upheld == "1",
        }

    @property
    def _hidden(self) -> Hidden | None:
        part, ground = self.cleaned_data.get("part"), self.cleaned_data.get("ground")
        if not part or not ground:
            return None
        name, _dash, key = part.partition("-")
        return Hidden(MaskedPart(name), MaskGround(ground), int(key) if key else None)
