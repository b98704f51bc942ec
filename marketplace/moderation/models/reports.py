"""What people tell us is wrong with something."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped


class ReportReason(models.TextChoices):
    INFRINGEMENT = "infringement", _("Infringes rights")
    FALSE_CLAIMS = "false_claims", _("Misleading claims")
    OFF_PLATFORM = "off_platform", _("Contact details, or business past the platform")
    UNLAWFUL = "unlawful", _("Unlawful or forbidden")
    COPIED = "copied", _("Copied from others")
    HARASSMENT = "harassment", _("Insults, threats or harassment")
    FRAUD = "fraud", _("Fraud")
    ADVERTISING = "advertising", _("Unwanted advertising")
    PRIVACY = "privacy", _("Somebody's private data")
    UNRELATED = "unrelated", _("Not about this order")
    # 电子商务法 §17, 反不正当竞争法 §8: of the seller's behaviour, not of words.
    PRESSURE = "pressure", _("Money or pressure for a review")
    OTHER = "other", _("Something else")


# What can be wrong with a service or a brief, and with words that were written to somebody.
REASONS_ABOUT_WORK = (
    ReportReason.INFRINGEMENT,
    ReportReason.FALSE_CLAIMS,
    ReportReason.OFF_PLATFORM,
    ReportReason.UNLAWFUL,
    ReportReason.COPIED,
    ReportReason.OTHER,
)
REASONS_ABOUT_MESSAGES = (
    ReportReason.HARASSMENT,
    ReportReason.FRAUD,
    ReportReason.OFF_PLATFORM,
    ReportReason.ADVERTISING,
    ReportReason.UNLAWFUL,
    ReportReason.OTHER,
)
REASONS_ABOUT_REVIEWS = (
    ReportReason.HARASSMENT,
    ReportReason.PRIVACY,
    ReportReason.UNLAWFUL,
    ReportReason.ADVERTISING,
    ReportReason.OFF_PLATFORM,
    ReportReason.UNRELATED,
    ReportReason.PRESSURE,
    ReportReason.OTHER,
)


class ReportStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("a report", "Open")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")


class Report(TimeStamped):
    """What somebody told us is wrong with something on the site, and what became of it (电子商务法 §59)."""

    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports", verbose_name=_("reported by")
    )
    reason = models.CharField(_("reason"), max_length=15, choices=ReportReason)
    words = models.TextField(_("what is wrong"), max_length=500)
    link = models.URLField(_("link to a proof"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ReportStatus, default=ReportStatus.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.CharField(pgettext_lazy("of moderators", "decision"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "content_type", "object_id"],
                condition=models.Q(status="open"),
                name="moderation_report_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(status="open") ^ models.Q(decided_at__isnull=False),
                name="moderation_report_decided_at",
            ),
        ]
        indexes = [
            # The desk, the longest waiting first.
            models.Index(fields=["id"], condition=models.Q(status="open"), name="moderation_report_open"),
            # All that is said of one thing: decided together, and on its seller's page.
            models.Index(fields=["content_type", "object_id"], name="moderation_report_target"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} #{self.object_id}"
