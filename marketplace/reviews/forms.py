from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.orders.delivery_forms import SentFilesForm
from marketplace.orders.models import Order
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import ASKED_ASPECTS, Review, ReviewPicture, ReviewSide
from marketplace.reviews.rules import TEXT_LENGTH
from marketplace.reviews.services.pictures import REVIEW_PICTURES, subject_of
from marketplace.uploads.models import UploadKind
from marketplace.uploads.purposes import KindLimit

STARS = [(1, _("Very poor")), (2, _("Poor")), (3, _("All right")), (4, _("Good")), (5, _("Very good"))]


def _stars_field(label: str | Promise, *, required: bool) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=STARS, coerce=int, empty_value=None, required=required, widget=forms.RadioSelect
    )


class WordsField(forms.CharField):
    """What somebody writes. Too much of it can be typed, is counted beside it (static/js/length.js), and comes back whole:
    `maxlength` would cut what is pasted without a word."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "data-length": TEXT_LENGTH})
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        """A line break is one character, as who types sees it counted."""
        return str(super().to_python(value)).replace("\r\n", "\n")

    def validate(self, value: str) -> None:
        """Refuse what is too long, with both numbers."""
        super().validate(value)
        if len(value) > TEXT_LENGTH:
            refusal = ReviewError(ReviewErrorCode.TEXT_TOO_LONG, limit=TEXT_LENGTH, length=len(value))
            raise forms.ValidationError(refusal.message)


class ReviewForm(SentFilesForm):
    """Stars, sub-scores (a buyer's review only), words, pictures, and words for the platform; new, or to change a hidden one."""

    purpose = REVIEW_PICTURES
    leaves_out_refused = True

    stars = _stars_field(_("Overall"), required=True)
    body = WordsField(
        label=_("In words"),
        required=False,
        rows=5,
        help_text=_("Ten characters or more help the next buyer: what was delivered, how was it to work together?"),
    )
    private_feedback = WordsField(
        label=_("For Jiangji alone"),
        required=False,
        rows=2,
        help_text=_(
            "Only the platform reads this: neither the other side nor any page shows it, and no score is made of it."
        ),
    )
    removed = forms.ModelMultipleChoiceField(
        label=_("Take pictures out"),
        queryset=ReviewPicture.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, order: Order, owner: User, side: ReviewSide, review: Review | None = None, **kwargs: Any
    ):
        self.review = review
        self.aspects = list(ASKED_ASPECTS) if side == ReviewSide.BUYER else []
        super().__init__(*args, owner=owner, subject=subject_of(order.pk), initial=self._written(), **kwargs)
        self.fields["files"].label = _("Pictures")
        self.fields["files"].help_text = _("Up to 6 pictures, JPG, PNG, WebP or GIF, 10 MB each.")
        self.fields["files"].widget.attrs["accept"] = "image/*"
        self.fields["stars"].error_messages["required"] = _("Please choose between 1 and 5 stars.")
        for aspect in self.aspects:
            self.fields[aspect.value] = _stars_field(aspect.label, required=False)
        if side == ReviewSide.SELLER:
            self.fields["body"].help_text = _("How was it to work for this buyer? The buyer reads it.")
        if review is not None:
            self.fields["removed"].queryset = review.pictures.all()

    @property
    def limit(self) -> KindLimit:
        """How many pictures, and how large."""
        return self.purpose.kinds[UploadKind.IMAGE]

    @property
    def aspect_fields(self) -> list[forms.BoundField]:
        """The sub-scores, for the template."""
        return [self[aspect.value] for aspect in self.aspects]

    def values(self) -> dict[str, Any]:
        """What the services want to know."""
        given = {aspect.value: self.cleaned_data.get(aspect.value) for aspect in self.aspects}
        aspects = {aspect: stars for aspect, stars in given.items() if stars is not None}
        return {
            "stars": self.cleaned_data["stars"],
            "aspects": aspects,
            "body": self.cleaned_data["body"],
            "private_feedback": self.cleaned_data["private_feedback"],
            "uploads": self.chosen,
        }

    def _written(self) -> dict[str, Any]:
        if self.review is None:
            return {}
        written = {name: getattr(self.review, name) for name in ("stars", "body", "private_feedback")}
        return written | {rating.aspect: rating.stars for rating in self.review.ratings.all()}


class ReplyForm(forms.Form):
    """The seller's answer."""

    # Whether its writer was warned of what is in it, and may publish it all the same.
    is_warned = False

    text = WordsField(
        label=_("Your reply"),
        rows=3,
        help_text=_("It stands below the review for everybody to read, and cannot be changed later."),
        error_messages={"required": ReviewError.messages[ReviewErrorCode.EMPTY_REPLY]},
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
