"""What moderators decided, by which reason, with which effect, and what became of it: checks, appeals, strikes."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.moderation.models.queue import ModerationQueue, QueueKind


class Effect(models.TextChoices):
    """What a decision does. Each one is told to whom it concerns, with reason and words (电子商务法 §36)."""

    NOTHING = "nothing", pgettext_lazy("effect of a decision", "Nothing")
    WARN = "warn", pgettext_lazy("effect of a decision", "Warn")
    MASK = "mask", pgettext_lazy("effect of a decision", "Hide a part")
    REMOVE = "remove", pgettext_lazy("effect of a decision", "Take down")
    SUSPEND = "suspend", pgettext_lazy("effect of a decision", "Suspend the person")


class DecisionReason(models.Model):
    """Why moderators decide, in words that all of them use alike, with the answer that people get. Both languages in one row."""

    code = models.CharField(
        _("code"),
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][0-9]{1,3}$", _("A capital letter and a number, such as C1."))],
    )
    label = models.CharField(_("name in Chinese"), max_length=40)
    label_en = models.CharField(_("name in English"), max_length=80)
    answer = models.TextField(_("answer in Chinese"), max_length=300)
    answer_en = models.TextField(_("answer in English"), max_length=300)
    law = models.CharField(_("legal ground or rule"), max_length=100, blank=True)
    kinds = ArrayField(models.CharField(max_length=10, choices=QueueKind), verbose_name=_("offered for"), default=list)
    effect = models.CharField(_("usual effect"), max_length=8, choices=Effect, default=Effect.NOTHING)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(
        _("offered"), default=True, help_text=_("Switched off, it still explains decisions of the past.")
    )

    class Meta:
        verbose_name = _("reason of a decision")
        verbose_name_plural = _("reasons of decisions")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return f"{self.code} {self.localized_label}"

    @property
    def localized_label(self) -> str:
        """The name in the language of the page."""
        return self.label_en if (get_language() or "").startswith("en") else self.label

    @property
    def localized_answer(self) -> str:
        """What people are told, in the language of the page."""
        return self.answer_en if (get_language() or "").startswith("en") else self.answer


class ModerationDecision(models.Model):
    """How a case ended. Never changed: what an appeal turned round says so in two columns of its own."""

    case = models.ForeignKey(ModerationQueue, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(_("kind"), max_length=10, choices=QueueKind)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions_about",
        db_index=False, verbose_name=_("whom it concerns"),
    )  # fmt: skip
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("decided by"),
    )  # fmt: skip
    reason = models.ForeignKey(
        DecisionReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason")
    )
    effect = models.CharField(_("effect"), max_length=8, choices=Effect)
    words = models.TextField(_("words to the person"), max_length=1000, blank=True)
    note = models.TextField(_("note for colleagues"), max_length=1000, blank=True)
    # From the claim to the decision, for the workload; empty where the case was never claimed.
    seconds = models.PositiveIntegerField(_("seconds of work"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"))
    overturned_at = models.DateTimeField(_("turned round at"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision of moderation")
        verbose_name_plural = _("decisions of moderation")
        ordering = ["-pk"]
        permissions = [("view_team", _("Can see what each colleague of moderation does"))]
        indexes = [
            models.Index(fields=["person", "-id"], name="moderation_decision_person"),
            models.Index(fields=["decided_by", "decided_at"], name="moderation_decision_by"),
            models.Index(fields=["decided_at"], name="moderation_decision_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(effect__in=Effect.values), name="moderation_decision_effect"),
            # Whoever is warned or loses something reads why.
            models.CheckConstraint(
                condition=Q(effect="nothing") | Q(reason__isnull=False) | ~Q(words=""), name="moderation_decision_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.effect}"


class AppealStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("an appeal", "Open")
    UPHELD = "upheld", pgettext_lazy("an appeal", "Upheld")
    DISMISSED = "dismissed", pgettext_lazy("an appeal", "Dismissed")


class DecisionAppeal(TimeStamped):
    """Whom a decision concerns says that it is wrong: once for each decision, answered by another person."""

    decision = models.OneToOneField(ModerationDecision, on_delete=models.PROTECT, related_name="appeal")
    words = models.TextField(_("why it is wrong"), max_length=1000)
    status = models.CharField(_("status"), max_length=9, choices=AppealStatus, default=AppealStatus.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("appeal against a decision")
        verbose_name_plural = _("appeals against decisions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open") ^ Q(decided_at__isnull=False), name="moderation_appeal_decided_at"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(status="open"), name="moderation_appeal_open")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.status}"


class DecisionCheck(models.Model):
    """A decision that was drawn by lot for a second look: how good decisions are, in a figure."""

    decision = models.OneToOneField(ModerationDecision, on_delete=models.PROTECT, related_name="check_of")
    drawn_on = models.DateField(_("drawn on"))
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agrees = models.BooleanField(_("agrees"), null=True, blank=True)
    remark = models.TextField(_("remark"), max_length=1000, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("check of a decision")
        verbose_name_plural = _("checks of decisions")
        ordering = ["drawn_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, checked_by__isnull=True, agrees__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False, agrees__isnull=False),
                name="moderation_check_whole",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(checked_at=None), name="moderation_check_open")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.agrees}"


class Strike(models.Model):
    """A warning that counts: several at once lead to a suspension, and each one is forgotten in time."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="strikes", verbose_name=_("whom it concerns")
    )
    decision = models.OneToOneField(
        ModerationDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="strike"
    )
    reason = models.ForeignKey(DecisionReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(_("words to the person"), max_length=1000)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given at"))
    expires_at = models.DateTimeField(_("counts until"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_because = models.CharField(_("lifted because"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("strike")
        verbose_name_plural = _("strikes")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("given_at")), name="moderation_strike_has_end"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} – {self.expires_at:%Y-%m-%d}"


class Segment(TimeStamped):
    """A search for people that staff kept under a name."""

    name = models.CharField(_("name"), max_length=60)
    criteria = models.JSONField(_("criteria"), default=dict)  # fields of PeopleForm, as they were asked for
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_shared = models.BooleanField(_("for colleagues too"), default=False)

    class Meta:
        verbose_name = _("segment of people")
        verbose_name_plural = _("segments of people")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="moderation_segment_once")]

    def __str__(self) -> str:
        return self.name
