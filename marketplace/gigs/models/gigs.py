"""The gig itself: what sellers edit, moderators read, and buyers find."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import TaggedItemBase
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin, WorkflowMixin

from marketplace.accounts.models import UserProfile, away_condition
from marketplace.core.models import TimeStamped
from marketplace.gigs.models.categories import GigCategory
from marketplace.gigs.states import GigStatus


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


def listed(path: str = "") -> Q:
    """The condition under which a gig stands in lists and in search: on sale, and its seller takes orders today.

    While a seller is away and refuses orders, the page of a gig is there and says until when.
    """
    # A few sellers at a time, found once by an index, instead of a join for each gig.
    refusing = UserProfile.objects.filter(away_condition(), away_takes_orders=False).values("user")
    return on_sale(path) & ~Q(**{f"{path}seller__in": refusing})


def gig_url(gig_id: int, slug: str) -> str:
    """Where the public page of a gig stands."""
    return reverse("gigs:detail", args=[gig_id, slug])


class GigQuerySet(models.QuerySet["Gig"]):
    def on_sale(self) -> "GigQuerySet":
        """Gigs that can be found and booked: live, and of a seller whose account has not been closed."""
        return self.filter(on_sale())

    def most_ordered_first(self) -> "GigQuerySet":
        """Those with most completed orders first, the newer among equals.

        The condition, which all fulfil, is an inner join: only then does the order come from the index of the figures.
        """
        return self.filter(stats__orders_completed__gte=0).order_by("-stats__orders_completed", "-pk")

    def listed(self) -> "GigQuerySet":
        """Gigs for lists: on sale, without those of sellers who are away and take no orders."""
        return self.filter(listed())


class Gig(
    WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, ClusterableModel, TimeStamped
):
    """A service at a set price. The seller edits revisions; what was approved is what is live."""

    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="gigs", verbose_name=_("seller")
    )
    # A draft may not have one yet; nothing is submitted without (readiness.py). Typed as what everybody but the wizard meets.
    category: "models.ForeignKey[GigCategory | None, GigCategory]" = models.ForeignKey(
        GigCategory, on_delete=models.PROTECT, null=True, related_name="gigs", verbose_name=_("subcategory")
    )
    title = models.CharField(_("title"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=120, allow_unicode=True)
    description = models.TextField(_("description"), max_length=3000)
    language = models.CharField(
        _("language"), max_length=8, choices=[("zh-hans", _("Chinese")), ("en", _("English"))], default="zh-hans"
    )
    # Rows of the package comparison: [{"label": "…", "values": ["2个", true, false]}], one value per package.
    feature_rows = models.JSONField(_("comparison rows"), default=list, blank=True)
    # What the category's attributes say of it: {"file-formats": ["ai", "psd"]}, keys of GigAttribute and its options.
    attributes = models.JSONField(_("attributes"), default=dict, db_default={}, blank=True)
    status = models.CharField(_("status"), max_length=15, choices=GigStatus, default=GigStatus.DRAFT)
    tags = ClusterTaggableManager(through=GigTag, blank=True, verbose_name=_("tags"))

    # Wagtail's "used by" is about pages and pictures. Who points at a gig is asked of the rows, and each save of one
    # would cost a dozen queries more.
    wagtail_reference_index_ignore = True

    objects = GigQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=GigStatus.values), name="gigs_gig_known_status"),
            # A shown gig has been published; a paused one too, but pausing takes it off the lists.
            models.CheckConstraint(condition=~Q(status="live") | Q(live=True), name="gigs_gig_live_is_published"),
            models.CheckConstraint(
                condition=~Q(status="live") | Q(category__isnull=False), name="gigs_gig_live_has_category"
            ),
        ]
        indexes = [
            models.Index(fields=["category", "-id"], condition=Q(status="live"), name="gigs_gig_category_list"),
            models.Index(fields=["seller", "-id"], name="gigs_gig_seller_list"),
            # The index of sitemaps counts all of a million without reading a row (cms_pages/sitemaps).
            models.Index(
                fields=["id"], include=["last_published_at"], condition=Q(status="live"), name="gigs_gig_sitemap"
            ),
            # What search engines are told of: everything that was ever shown, in the order it changed.
            models.Index(
                fields=["updated_at", "id"], condition=Q(first_published_at__isnull=False), name="gigs_gig_changes"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return gig_url(self.pk, self.slug)

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
