"""What the two sides of a finished order say about each other."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped


class ReviewSide(models.TextChoices):
    BUYER = "buyer", _("Written by the buyer")
    SELLER = "seller", _("Written by the seller")


class Review(TimeStamped):
    """What one side of a finished order says about the other. Never deleted (电子商务法 §39).

    Hidden until both have written or the window has closed: `published_at` is set then, once and for ever.
    """

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="reviews", verbose_name=_("order"))
    gig = models.ForeignKey(
        "gigs.Gig", on_delete=models.SET_NULL, null=True, related_name="reviews", verbose_name=_("service")
    )
    side = models.CharField(_("side"), max_length=6, choices=ReviewSide)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_written")
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_received")
    stars = models.PositiveSmallIntegerField(_("stars"))
    # Empty once it was masked: what it said stands in the ReviewMask then, for staff alone.
    body = models.TextField(_("text"), max_length=1000, blank=True)
    # For the platform alone: neither the other side nor any page shows it, and no figure is made of it.
    private_feedback = models.TextField(_("private feedback"), max_length=1000, blank=True, default="", db_default="")
    reply = models.TextField(_("reply"), max_length=1000, blank=True)
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    # By the platform's clock, which the demo moves. None: written by the release before, which published at once.
    written_at = models.DateTimeField(_("written at"), null=True, editable=False)
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)
    # When it becomes public although the other side is silent. None: see written_at.
    publish_at = models.DateTimeField(_("public at the latest"), null=True, editable=False)
    # Nobody sees it before this: both have written, or the window has closed.
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    # Out of every score by a decision about its honesty (IntegrityCase); it stays on the page and says so.
    excluded_at = models.DateTimeField(_("not counted since"), null=True, editable=False)
    # How many found it helpful: the rows of HelpfulVote, counted along.
    helpful_count = models.PositiveIntegerField(_("found helpful by"), default=0, db_default=0, editable=False)

    is_voted: bool  # whether who reads it found it helpful (selectors.with_extras)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "side"], name="reviews_review_once_per_side"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="reviews_review_one_to_five"),
        ]
        indexes = [
            models.Index(
                fields=["gig", "-published_at"],
                condition=Q(side="buyer", published_at__isnull=False),
                name="reviews_review_gig_list",
            ),
            # The list on a seller's own page (selectors.reviews_of_seller).
            models.Index(
                fields=["subject", "-published_at"],
                condition=Q(side="buyer", published_at__isnull=False),
                name="reviews_review_seller_list",
            ),
            # The job that publishes what waited for the other side.
            models.Index(
                fields=["publish_at"], condition=Q(published_at__isnull=True), name="reviews_review_to_publish"
            ),
            # The job that looks at what was published or replied since its last run (moderation.review_watch).
            models.Index(
                fields=["published_at"], condition=Q(published_at__isnull=False), name="reviews_review_published"
            ),
            models.Index(fields=["replied_at"], condition=Q(replied_at__isnull=False), name="reviews_review_replied"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.side} {self.stars}"

    @property
    def began_at(self) -> datetime | None:
        """When it was written first; a review of the release before was public at once."""
        return self.written_at or self.published_at

    @property
    def shown_pictures(self) -> "list[ReviewPicture]":
        """Those that no moderator took out."""
        return [picture for picture in self.pictures.all() if picture.masked_at is None]

    @property
    def counts(self) -> bool:
        """Whether it is part of any score, as far as its honesty goes."""
        return self.excluded_at is None


class RatingAspect(models.TextChoices):
    COMMUNICATION = "communication", _("Easy to talk to")
    QUALITY = "quality", _("Quality of the work")
    AS_DESCRIBED = "as_described", _("As described")
    # Asked by the release before; measured now (Reputation.on_time_percent). Rows of it stay.
    ON_TIME = "on_time", _("On time")


# What a buyer is asked about (facts/marketplace.md, rule 25: three questions).
ASKED_ASPECTS = (RatingAspect.COMMUNICATION, RatingAspect.QUALITY, RatingAspect.AS_DESCRIBED)


class Rating(models.Model):
    """A sub-score of a review."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="ratings")
    aspect = models.CharField(_("aspect"), max_length=15, choices=RatingAspect)
    stars = models.PositiveSmallIntegerField(_("stars"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["review", "aspect"], name="reviews_rating_once_per_aspect"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="reviews_rating_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.aspect} {self.stars}"


class ReviewVersion(models.Model):
    """What a review said before it was edited. Read by staff alone."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="versions")
    stars = models.PositiveSmallIntegerField(_("stars"))
    aspects = models.JSONField(default=dict, blank=True)  # RatingAspect value → stars
    body = models.TextField(_("text"), blank=True)
    private_feedback = models.TextField(_("private feedback"), blank=True)
    replaced_at = models.DateTimeField(_("replaced at"))

    class Meta:
        verbose_name = _("earlier wording of a review")
        verbose_name_plural = _("earlier wordings of reviews")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.review_id} {self.stars}"


class ReviewPicture(models.Model):
    """A picture that came with a review: re-encoded, and served to everybody once the review is public."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="pictures")
    picture = models.ImageField(_("picture"), upload_to="reviews/%Y/%m", width_field="width", height_field="height")
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    # Smallest first: [{"width": 640, "height": 400, "webp": "name"}], as uploads makes them.
    renditions = models.JSONField(default=list, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    # Taken out by a moderator (ReviewMask): the file stays for staff.
    masked_at = models.DateTimeField(_("masked at"), null=True, editable=False)

    placeholder = ""  # {% picture %} asks for one

    class Meta:
        verbose_name = _("picture of a review")
        verbose_name_plural = _("pictures of reviews")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.review_id} {self.position}"


class HelpfulVote(models.Model):
    """Somebody found a review helpful."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="helpful_votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="helpful_votes")
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("helpful vote")
        verbose_name_plural = _("helpful votes")
        constraints = [models.UniqueConstraint(fields=["review", "user"], name="reviews_helpful_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.user_id}"


class MaskedPart(models.TextChoices):
    BODY = "body", _("Text of the review")
    REPLY = "reply", _("Reply of the seller")
    PICTURE = "picture", _("Picture")


class MaskGround(models.TextChoices):
    """Why text may be hidden though reviews may not be deleted. Each names its law."""

    INSULT = "insult", _("Insult or defamation (Civil Code, article 1024)")
    PRIVACY = "privacy", _("Somebody's private data (Civil Code, article 1032; PIPL, article 10)")
    UNLAWFUL = "unlawful", _("Content that the law forbids (Measures on Internet Information Services, article 15)")
    ADVERTISING = "advertising", _("Advertising or contact details instead of a review (E-Commerce Law, article 17)")
    COURT = "court", _("Decision of a court or an authority")


class ReviewMask(models.Model):
    """A part of a review that is hidden on a legal ground. Score and tombstone stay (电子商务法 §39)."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="masks")
    part = models.CharField(_("part"), max_length=7, choices=MaskedPart)
    picture = models.ForeignKey(ReviewPicture, on_delete=models.PROTECT, null=True, blank=True, related_name="masks")
    ground = models.CharField(_("legal ground"), max_length=11, choices=MaskGround)
    words = models.CharField(_("reason, for whom it concerns"), max_length=300)
    original = models.TextField(_("what it said"), blank=True)
    masked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    masked_at = models.DateTimeField(_("masked at"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("masked part of a review")
        verbose_name_plural = _("masked parts of reviews")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "part", "picture"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="reviews_mask_once",
            ),
            models.CheckConstraint(
                condition=Q(part="picture") ^ Q(picture__isnull=True), name="reviews_mask_of_picture"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.part}"
