from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.reviews.models import RatingAspect, ReviewSide

STARS = [(5, _("Very good")), (4, _("Good")), (3, _("All right")), (2, _("Poor")), (1, _("Very poor"))]
_DIGITS = [(stars, str(stars)) for stars in range(1, 6)]


def _stars_field(label: Any, *, required: bool, choices: list = _DIGITS) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, required=required, widget=forms.RadioSelect
    )


class ReviewForm(forms.Form):
    """Stars, sub-scores (a buyer's review only) and words."""

    stars = _stars_field(_("Overall"), required=True, choices=STARS)
    body = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=1000,
        help_text=_("Ten characters or more help the next buyer: what was delivered, how was it to work together?"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, side: ReviewSide, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stars"].error_messages["required"] = _("Please choose between 1 and 5 stars.")
        self.aspects = list(RatingAspect) if side == ReviewSide.BUYER else []
        for aspect in self.aspects:
            self.fields[aspect.value] = _stars_field(aspect.label, required=False)
        if side == ReviewSide.SELLER:
            self.fields["body"].help_text = _("How was it to work for this buyer? The buyer reads it.")

    @property
    def aspect_fields(self) -> list[forms.BoundField]:
        """The sub-scores, for the template."""
        return [self[aspect.value] for aspect in self.aspects]

    @property
    def aspect_stars(self) -> dict[str, int]:
        """The sub-scores that were given."""
        given = {aspect.value: self.cleaned_data.get(aspect.value) for aspect in self.aspects}
        return {aspect: stars for aspect, stars in given.items() if stars is not None}


class ReplyForm(forms.Form):
    """The seller's answer."""

    text = forms.CharField(
        label=_("Your reply"),
        max_length=1000,
        help_text=_("It stands below the review for everybody to read, and cannot be changed later."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
