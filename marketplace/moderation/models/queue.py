"""What waits for a moderator, whatever it is about."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped


class QueueKind(models.TextChoices):
    GIG = "gig", _("Service")
    REPORT = "report", _("Report")
    MESSAGE = "message", _("Flagged message")
    REVIEW = "review", _("Review")
    IDENTITY = "identity", _("Identity")
    DISPUTE = "dispute", _("Dispute")
    INTEGRITY = "integrity", _("Suspected fake deals")
    APPEAL = "appeal", pgettext_lazy("kind of a case", "Appeal")


class QueueStatus(models.TextChoices):
    OPEN = "open", _("Open")
    CLAIMED = "claimed", _("Claimed")
    DECIDED = "decided", pgettext_lazy("by moderators", "Decided")


class Priority(models.IntegerChoices):
    """How urgent a case is: what harms people now comes before what waits longest."""

    URGENT = 10, pgettext_lazy("a case", "Urgent")
    HIGH = 30, pgettext_lazy("a case", "High")
    NORMAL = 50, pgettext_lazy("a case", "Normal")
    LOW = 70, pgettext_lazy("a case", "Low")


class ModerationQueue(TimeStamped):
    """A case that a person has to look at. One open case for each thing: what else is said of it stands in that case.

    Where a thing is decided at a desk of its own, the case follows it: `moderation/queue/` says how.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=QueueKind)
    status = models.CharField(_("status"), max_length=8, choices=QueueStatus, default=QueueStatus.OPEN)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey()
    title = models.CharField(_("title"), max_length=200, blank=True, default="", db_default="")
    # Whom the decision concerns: the owner of what is looked at.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports_made"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # A claim lapses: moderation.claim_minutes after this, anybody may take the case.
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"))
    decision = models.CharField(pgettext_lazy("of moderators", "decision"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("moderation queue")
        ordering = ["priority", "due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=~Q(status="decided"), name="moderation_open"),
            # The order of the queue.
            models.Index(fields=["priority", "due_at", "id"], condition=~Q(status="decided"), name="moderation_next"),
            models.Index(fields=["person", "-id"], name="moderation_case_of_person"),
            # Workload and statistics of a day.
            models.Index(fields=["decided_at"], condition=Q(status="decided"), name="moderation_decided"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "content_type", "object_id"],
                condition=~Q(status="decided"),
                name="moderation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.object_id}"


def still_open() -> Q:
    """The condition of cases that are not decided, said as the partial indexes say it: by another one PostgreSQL reads every
    case there ever was.
    """
    return ~Q(status=QueueStatus.DECIDED)


class SecondOpinion(models.Model):
    """A moderator asks a colleague before deciding."""

    case = models.ForeignKey(ModerationQueue, on_delete=models.CASCADE, related_name="opinions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    question = models.TextField(_("question"), max_length=1000)
    asked_at = models.DateTimeField(_("asked at"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    would_act = models.BooleanField(_("would act"), null=True, blank=True)
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("second opinion")
        verbose_name_plural = _("second opinions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(answered_at__isnull=True), name="moderation_opinion_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=models.F("asked_by")), name="moderation_opinion_of_another"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, would_act__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, would_act__isnull=False),
                name="moderation_opinion_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.question[:40]}"
