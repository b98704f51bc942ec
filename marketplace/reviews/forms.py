from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.orders.delivery_forms import SentFilesForm
from marketplace.orders.models import Order
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


class ReviewForm(SentFilesForm):
    """Stars, sub-scores (a buyer's review only), words, pictures, and words for the platform; new, or to change a review.

    Stars of a public review stand: they are not asked for again.
    """

    purpose = REVIEW_PICTURES

    stars = _stars_field(_("Overall"), required=True)
    body = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=TEXT_LENGTH,
        help_text=_("Ten characters or more help the next buyer: what was delivered, how was it to work together?"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    private_feedback = forms.CharField(
        label=_("For Jiangji alone"),
        required=False,
        max_length=TEXT_LENGTH,
        help_text=_(
            "Only the platform reads this: neither the other side nor any page shows it, and no score is made of it."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
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
        asks_stars = review is None or review.published_at is None
        self.aspects = list(ASKED_ASPECTS) if side == ReviewSide.BUYER and asks_stars else []
        super().__init__(*args, owner=owner, subject=subject_of(order.pk), initial=self._written(), **kwargs)
        self.fields["files"].label = _("Pictures")
        self.fields["files"].help_text = _("Up to 6 pictures, JPG, PNG, WebP or GIF, 10 MB each.")
        self.fields["files"].widget.attrs["accept"] = "image/*"
        self.fields["stars"].error_messages["required"] = _("Please choose between 1 and 5 stars.")
        if not asks_stars:
            del self.fields["stars"]
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
        """What the services want to know; stars that are not asked for are those that were given."""
        given = {aspect.value: self.cleaned_data.get(aspect.value) for aspect in self.aspects}
        aspects = {aspect: stars for aspect, stars in given.items() if stars is not None}
        if self.review is not None and "stars" not in self.fields:
            aspects = {rating.aspect: rating.stars for rating in self.review.ratings.all()}
        return {
            "stars": self.cleaned_data.get("stars") or (self.review.stars if self.review else None),
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

    text = forms.CharField(
        label=_("Your reply"),
        max_length=TEXT_LENGTH,
        help_text=_("It stands below the review for everybody to read, and cannot be changed later."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
