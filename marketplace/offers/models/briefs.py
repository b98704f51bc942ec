from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.offers.states import BriefStatus


def private_storage() -> Storage:
    """Files of a brief are for its buyer and for sellers who may answer it; a view asks the selector before it serves one."""
    return storages["private"]


class Brief(TimeStamped):
    """需求: what a buyer wants to have done, for sellers of the subcategory to answer with offers."""

    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="briefs", verbose_name=_("buyer")
    )
    category = models.ForeignKey(
        "gigs.GigCategory", on_delete=models.PROTECT, related_name="+", verbose_name=_("category")
    )
    title = models.CharField(_("title"), max_length=60)
    story = models.TextField(_("what is to be done"), max_length=3000)
    budget_min_fen = models.BigIntegerField(_("budget from, in fen"), null=True, blank=True)
    budget_max_fen = models.BigIntegerField(_("budget up to, in fen"))
    wanted_by = models.DateField(_("wanted by"))  # a day of China's
    status = models.CharField(_("status"), max_length=8, choices=BriefStatus, default=BriefStatus.OPEN)
    published_at = models.DateTimeField(_("published at"))
    expires_at = models.DateTimeField(_("open until"))
    announced_at = models.DateTimeField(_("sellers told at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("brief")
        verbose_name_plural = _("briefs")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BriefStatus.values), name="offers_brief_known_status"),
            models.CheckConstraint(
                condition=Q(budget_max_fen__gt=0)
                & (Q(budget_min_fen=None) | Q(budget_min_fen__gt=0, budget_min_fen__lte=F("budget_max_fen"))),
                name="offers_brief_budget",
            ),
            models.CheckConstraint(condition=Q(status="open") ^ Q(ended_at__isnull=False), name="offers_brief_ended"),
        ]
        indexes = [
            # The list for sellers, newest first, and of one subcategory; the clock; who is still to be told.
            models.Index(fields=["-published_at", "-id"], condition=Q(status="open"), name="offers_brief_open"),
            models.Index(
                fields=["category", "-published_at", "-id"], condition=Q(status="open"), name="offers_brief_of_category"
            ),
            models.Index(fields=["expires_at"], condition=Q(status="open"), name="offers_brief_clock"),
            models.Index(fields=["id"], condition=Q(status="open", announced_at=None), name="offers_brief_to_announce"),
            # What the job of each hour begins with (keeping.py).
            models.Index(fields=["ended_at"], condition=~Q(story="…"), name="offers_brief_not_emptied"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("offers:brief", args=[self.pk])


class BriefFile(models.Model):
    """A file that explains a brief."""

    brief = models.ForeignKey(Brief, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(_("file"), upload_to="briefs/%Y/%m", storage=private_storage)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size in bytes"))

    class Meta:
        verbose_name = _("file of a brief")
        verbose_name_plural = _("files of briefs")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class BriefInvitation(models.Model):
    """A seller was told of a brief. Counted, so that nobody is told of too many a day."""

    brief = models.ForeignKey(Brief, on_delete=models.CASCADE, related_name="invitations")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("told at"))

    class Meta:
        verbose_name = _("seller told of a brief")
        verbose_name_plural = _("sellers told of briefs")
        constraints = [models.UniqueConstraint(fields=["brief", "seller"], name="offers_invited_once")]
        indexes = [models.Index(fields=["seller", "-created_at"], name="offers_told_lately")]

    def __str__(self) -> str:
        return f"{self.brief_id} → {self.seller_id}"
