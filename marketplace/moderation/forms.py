from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.moderation.models import REASONS_ABOUT_MESSAGES, REASONS_ABOUT_REVIEWS, REASONS_ABOUT_WORK
from marketplace.moderation.subjects import Hidden
from marketplace.reviews.models import MaskedPart, MaskGround, Review
from marketplace.reviews.selectors.reviews_for_staff import parts_to_hide


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

    def __init__(
        self,
        *args: Any,
        is_message: bool = False,
        is_review: bool = False,
        is_order: bool = False,
        **kwargs: Any,
    ) -> None:
        """About messages and reviews other reasons are to choose from than about work, and other things prove something; about
        an order there is one.
        """
        super().__init__(*args, **kwargs)
        reasons = REASONS_ABOUT_MESSAGES if is_message else REASONS_ABOUT_REVIEWS if is_review else REASONS_ABOUT_WORK
        if is_order:
            del self.fields["reason"]
            self.fields["words"].help_text = _(
                "What was offered or threatened, when, and where. At most 500 characters."
            )
            self.fields["link"].help_text = _("For example a page or a picture that shows it.")
            return
        if is_review:
            self.fields["words"].help_text = _(
                "Which words or which picture, and what is wrong. At most 500 characters."
            )
            self.fields["link"].help_text = _("For example a page that shows what the review is about.")
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


class HideForm(forms.Form):
    """Which part of a review is hidden, on which legal ground, and why."""

    part = forms.ChoiceField(label=_("What is hidden"), widget=forms.RadioSelect, required=False)
    ground = forms.ChoiceField(
        label=_("Legal ground"), required=False, choices=[("", _("Choose")), *MaskGround.choices]
    )
    words = forms.CharField(
        label=pgettext_lazy("of the decision about a review", "Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Hiding: both sides of the order read this. Dismissing a report: who reported reads this."),
    )

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = parts_to_hide(review)  # type: ignore[attr-defined]

    @property
    def hidden(self) -> Hidden | None:
        """What was chosen; None unless both were."""
        part, ground = self.cleaned_data.get("part"), self.cleaned_data.get("ground")
        if not part or not ground:
            return None
        name, _dash, key = part.partition("-")
        return Hidden(MaskedPart(name), MaskGround(ground), int(key) if key else None)


class FlagForm(forms.Form):
    """Why a message is against the rules."""

    words = forms.CharField(
        label=pgettext_lazy("of the decision about a message", "Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The writer reads this. Say which rule, and what they can do instead."),
    )
