from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import TaggedItemBase
from wagtail.models import DraftStateMixin, LockableMixin, Orderable, PreviewableMixin, RevisionMixin, WorkflowMixin

from marketplace.core.models import TimeStamped
from marketplace.gigs.states import GigStatus


class GigCategory(models.Model):
    """A category (no parent) or subcategory. Both languages stand in one row, so that facets and joins need no second one."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent category"),
    )
    name = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    icon = models.CharField(_("icon"), max_length=30, blank=True)
    summary = models.CharField(_("summary in Chinese"), max_length=160, blank=True)
    summary_en = models.CharField(_("summary in English"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("shown"), default=True)

    class Meta:
        verbose_name = _("service category")
        verbose_name_plural = _("service categories")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def localized_name(self) -> str:
        """The name in the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name

    @property
    def localized_summary(self) -> str:
        """The summary in the language of the page."""
        return self.summary_en if (get_language() or "").startswith("en") else self.summary


class GigTag(TaggedItemBase):
    """One of at most five words a seller files a gig under."""

    content_object = ParentalKey("gigs.Gig", on_delete=models.CASCADE, related_name="gig_tags")

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")


def on_sale(path: str = "") -> Q:
    """The condition under which a gig can be found and booked, for a query over something that has a gig at `path`.

    `on_sale("gig__")` asks it of packages or search documents. The rule itself stands here and in `Gig.is_on_sale`.
    """
    return Q(**{f"{path}status": GigStatus.LIVE, f"{path}seller__is_active": True})


class GigQuerySet(models.QuerySet["Gig"]):
    def on_sale(self) -> "GigQuerySet":
        """Gigs that can be found and booked: live, and of a seller whose account has not been closed."""
        return self.filter(on_sale())


class Gig(
    WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, ClusterableModel, TimeStamped
):
    """A service at a set price. The seller edits revisions; what was approved is what is live."""

    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="gigs", verbose_name=_("seller")
    )
    category = models.ForeignKey(
        GigCategory, on_delete=models.PROTECT, related_name="gigs", verbose_name=_("subcategory")
    )
    title = models.CharField(_("title"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=120, allow_unicode=True)
    description = models.TextField(_("description"), max_length=3000)
    language = models.CharField(
        _("language"), max_length=8, choices=[("zh-hans", _("Chinese")), ("en", _("English"))], default="zh-hans"
    )
    # Rows of the package comparison: [{"label": "…", "values": ["2个", true, false]}], one value per package.
    feature_rows = models.JSONField(_("comparison rows"), default=list, blank=True)
    status = models.CharField(_("status"), max_length=15, choices=GigStatus, default=GigStatus.DRAFT)
    tags = ClusterTaggableManager(through=GigTag, blank=True, verbose_name=_("tags"))

    objects = GigQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=GigStatus.values), name="gigs_gig_known_status"),
            # A shown gig has been published; a paused one too, but pausing takes it off the lists.
            models.CheckConstraint(condition=~Q(status="live") | Q(live=True), name="gigs_gig_live_is_published"),
        ]
        indexes = [
            models.Index(fields=["category", "-id"], condition=Q(status="live"), name="gigs_gig_category_list"),
            models.Index(fields=["seller", "-id"], name="gigs_gig_seller_list"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("gigs:detail", args=[self.pk, self.slug])

    @property
    def is_on_sale(self) -> bool:
        """Whether it can be found and booked. Reads the seller: select it along."""
        return self.status == GigStatus.LIVE and self.seller.is_active

    def with_content_json(self, content: dict[str, Any]) -> "Gig":
        """Rebuild from a revision, keeping what is no content: publishing must not turn the status back to the draft's."""
        gig = super().with_content_json(content)
        gig.status = self.status
        gig.seller_id = self.seller_id
        return gig

    def get_preview_template(self, request: object, mode_name: str) -> str:
        return "gigs/gig_preview.html"


class PackageTier(models.TextChoices):
    BASIC = "basic", _("Basic")
    STANDARD = "standard", _("Standard")
    PREMIUM = "premium", _("Premium")


class GigPackage(models.Model):
    """What is bought: a price, a number of days, a number of revisions."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="packages", verbose_name=_("service"))
    tier = models.CharField(_("package"), max_length=10, choices=PackageTier)
    title = models.CharField(_("title"), max_length=40)
    description = models.CharField(_("description"), max_length=200)
    price_fen = models.BigIntegerField(_("price in fen"))
    delivery_days = models.PositiveSmallIntegerField(_("delivery days"))
    revisions = models.PositiveSmallIntegerField(_("revisions"), default=1)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["price_fen", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["gig", "tier"], name="gigs_package_one_per_tier"),
            models.CheckConstraint(condition=Q(price_fen__gt=0), name="gigs_package_price_positive"),
            models.CheckConstraint(condition=Q(delivery_days__gt=0), name="gigs_package_days_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} · {self.title}"


class GigExtra(Orderable):
    """Something to add for a price. Never ticked beforehand (电子商务法 §19)."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="extras", verbose_name=_("service"))
    title = models.CharField(_("title"), max_length=60)
    price_fen = models.BigIntegerField(_("price in fen"))
    extra_days = models.SmallIntegerField(_("additional days, negative is faster"), default=0)

    class Meta(Orderable.Meta):
        verbose_name = _("add-on")
        verbose_name_plural = _("add-ons")
        constraints = [models.CheckConstraint(condition=Q(price_fen__gt=0), name="gigs_extra_price_positive")]

    def __str__(self) -> str:
        return self.title


class MediaKind(models.TextChoices):
    IMAGE = "image", _("Picture")
    VIDEO = "video", _("Video")
    PDF = "pdf", "PDF"


class GigMedia(Orderable):
    """A picture, video or PDF of the gallery. The first picture is the cover."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="media", verbose_name=_("service"))
    kind = models.CharField(_("kind"), max_length=5, choices=MediaKind, default=MediaKind.IMAGE)
    file = models.FileField(_("file"), upload_to="gigs/%Y/%m")
    alt_text = models.CharField(_("description for those who cannot see it"), max_length=120, blank=True)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)

    class Meta(Orderable.Meta):
        verbose_name = _("gallery item")
        verbose_name_plural = _("gallery")

    def __str__(self) -> str:
        return self.alt_text or self.file.name


class RequirementKind(models.TextChoices):
    TEXT = "text", _("Text")
    CHOICE = "choice", _("Choice")
    FILE = "file", _("File")


class GigRequirement(Orderable):
    """Something the seller must know before the clock starts."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="requirements", verbose_name=_("service"))
    prompt = models.CharField(_("question"), max_length=200)
    kind = models.CharField(_("kind"), max_length=6, choices=RequirementKind, default=RequirementKind.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    required = models.BooleanField(_("required"), default=True)

    class Meta(Orderable.Meta):
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")

    def __str__(self) -> str:
        return self.prompt


class GigFaq(Orderable):
    """A question buyers ask, answered once."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="faqs", verbose_name=_("service"))
    question = models.CharField(_("question"), max_length=120)
    answer = models.CharField(_("answer"), max_length=500)

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.question


class GigStats(models.Model):
    """Figures of a gig, beside it because publishing rewrites every column of the gig itself."""

    gig = models.OneToOneField(Gig, on_delete=models.CASCADE, related_name="stats", primary_key=True)
    price_from_fen = models.BigIntegerField(_("lowest price in fen"), default=0)
    delivery_days_from = models.PositiveSmallIntegerField(_("fewest delivery days"), default=0)
    orders_completed = models.PositiveIntegerField(_("completed orders"), default=0)
    rating_sum = models.PositiveIntegerField(_("sum of stars"), default=0)
    rating_count = models.PositiveIntegerField(_("number of ratings"), default=0)
    favourite_count = models.PositiveIntegerField(_("favourites"), default=0)

    class Meta:
        verbose_name = _("figures")
        verbose_name_plural = _("figures")

    def __str__(self) -> str:
        return f"{self.gig_id}"


class Favourite(models.Model):
    """A gig that somebody keeps."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites")
    gig = models.ForeignKey(Gig, on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "gig"], name="gigs_favourite_once")]

    def __str__(self) -> str:
        return f"{self.user_id} ♥ {self.gig_id}"
