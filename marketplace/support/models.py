"""What people ask support, and how far it has come. What is said stands in messaging, in a conversation of kind SUPPORT."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped
from marketplace.support.states import CaseStatus


class Topic(models.TextChoices):
    ORDER = "order", _("An order")
    MONEY = "money", _("Payment, refund, withdrawal")
    ACCOUNT = "account", _("Account, log-in, verification")
    SELLING = "selling", _("Selling, services under review")
    SAFETY = "safety", _("Somebody broke the rules")
    OTHER = "other", _("Something else")


class Priority(models.IntegerChoices):
    URGENT = 1, pgettext_lazy("a support case", "Urgent")
    NORMAL = 2, pgettext_lazy("a support case", "Normal")
    LOW = 3, pgettext_lazy("a support case", "Can wait")


class SupportCase(TimeStamped):
    """A question to support, from the first message until it is solved."""

    conversation = models.OneToOneField("messaging.Conversation", on_delete=models.PROTECT, related_name="support_case")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="support_cases")
    topic = models.CharField(pgettext_lazy("of a question", "topic"), max_length=8, choices=Topic)
    subject = models.CharField(_("subject"), max_length=80)
    order = models.ForeignKey(
        "orders.Order", on_delete=models.SET_NULL, null=True, blank=True, related_name="support_cases"
    )
    status = models.CharField(_("status"), max_length=8, choices=CaseStatus, default=CaseStatus.WAITING)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    # Made by the form: sent twice, it is one question.
    client_id = models.UUIDField(null=True, editable=False)
    # Since when the person waits for an answer, and until when they have it (support.answer_hours of opening time).
    waiting_since = models.DateTimeField(_("waits since"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    # Until when it is to be solved (support.solve_hours), anew when a message begins it again.
    solve_due_at = models.DateTimeField(_("to be solved by"), null=True, blank=True)
    # When who leads support was told that the answer is overdue; nothing while it is in time.
    escalated_at = models.DateTimeField(_("told who leads support at"), null=True, blank=True)
    first_answered_at = models.DateTimeField(_("first answered at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    solved_at = models.DateTimeField(_("solved at"), null=True, blank=True)
    # How many answers of support came after their time.
    late_answers = models.PositiveSmallIntegerField(_("late answers"), default=0)

    class Meta:
        verbose_name = _("support case")
        verbose_name_plural = _("support cases")
        ordering = ["-pk"]
        permissions = [("lead_supportcase", "Can lead support and is told of overdue answers")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", waiting_since__isnull=False, due_at__isnull=False)
                | (~Q(status="waiting") & Q(waiting_since__isnull=True, due_at__isnull=True)),
                name="support_case_clock_runs",
            ),
            models.CheckConstraint(
                condition=Q(status="solved") ^ Q(solved_at__isnull=True), name="support_case_solved_at"
            ),
            models.UniqueConstraint(
                fields=["person", "client_id"], condition=Q(client_id__isnull=False), name="support_case_once"
            ),
        ]
        indexes = [
            # The inbox: what is due first.
            models.Index(fields=["due_at"], condition=Q(status="waiting"), name="support_due"),
            # The clock that closes what nobody answers.
            models.Index(fields=["answered_at"], condition=Q(status="answered"), name="support_answered"),
            # One's own list.
            models.Index(fields=["person", "-id"], name="support_of_person"),
            # The figures of a day.
            models.Index(fields=["created_at"], name="support_asked_day"),
            models.Index(
                fields=["first_answered_at"],
                condition=Q(first_answered_at__isnull=False),
                name="support_first_answered_day",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("messaging:conversation", args=[self.conversation_id])


class SupportNote(models.Model):
    """What staff tell each other about a case. The person does not see it."""

    case = models.ForeignKey(SupportCase, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"), max_length=1000)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("note about a case")
        verbose_name_plural = _("notes about cases")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:40]


class CannedAnswer(models.Model):
    """An answer that support keeps ready."""

    title = models.CharField(_("title"), max_length=60)
    topic = models.CharField(
        pgettext_lazy("of a question", "topic"),
        max_length=8,
        choices=Topic,
        blank=True,
        help_text=_("Without one it is offered for each."),
    )
    body = models.TextField(
        _("text"),
        max_length=2000,
        help_text=_("{name} becomes the person's name, {order} the number of the order."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("ready answer")
        verbose_name_plural = _("ready answers")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a place that nothing fills: it would be sent as it stands."""
        unknown = sorted(set(re.findall(r"\{[^{}]*\}", self.body)) - {"{name}", "{order}"})
        if unknown:
            said = _("Nothing fills %(places)s. Only {name} and {order} are filled in.")
            raise ValidationError({"body": said % {"places": " ".join(unknown)}})
