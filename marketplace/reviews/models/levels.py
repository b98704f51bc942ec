"""The level of a seller, how it came about, and what people ask a person to look at again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core.models import TimeStamped


class SellerLevel(TimeStamped):
    """The level a seller has reached. `accounts.UserProfile.level` is its copy, written in the same transaction."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seller_level")
    level = models.CharField(_("level"), max_length=8, choices=SellerLevelChoice, default=SellerLevelChoice.NEW)
    since = models.DateTimeField(_("since"))
    # The gates are missed: at this moment the level falls, unless they are met again before.
    grace_until = models.DateTimeField(_("to be met again by"), null=True, blank=True)

    class Meta:
        verbose_name = _("seller level")
        verbose_name_plural = _("seller levels")
        indexes = [
            models.Index(
                fields=["grace_until"], condition=Q(grace_until__isnull=False), name="reviews_level_grace_ends"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.level}"


class LevelReason(models.TextChoices):
    PROMOTED = "promoted", _("All gates met")
    GRACE = "grace", _("A gate is missed: time to meet it again")
    RECOVERED = "recovered", _("All gates are met again")
    DEMOTED = "demoted", _("Not met in time")
    SELECTED = "selected", _("Chosen by a person")
    STAFF = "staff", _("Set by a person after an appeal")


class LevelChange(models.Model):
    """A line in the history of a seller's level, with the figures it was decided by. Append-only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="level_changes")
    old = models.CharField(max_length=8, choices=SellerLevelChoice)
    new = models.CharField(max_length=8, choices=SellerLevelChoice)
    reason = models.CharField(_("reason"), max_length=9, choices=LevelReason)
    # Gate → what was reached, as levels.py reads them.
    figures = models.JSONField(default=dict, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of a level")
        verbose_name_plural = _("changes of levels")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], name="reviews_level_history"),
            models.Index(fields=["created_at"], name="reviews_level_day"),  # the figures of a day
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.old} → {self.new}"


class SelectionStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("a candidate", "Waits for a person")
    CHOSEN = "chosen", pgettext_lazy("a candidate", "Chosen")
    REFUSED = "refused", pgettext_lazy("a candidate", "Not chosen")
    LAPSED = "lapsed", pgettext_lazy("a candidate", "No longer meets the gates")


class SelectionCase(TimeStamped):
    """A seller who meets the gates of the highest level: a person looks and decides (facts/marketplace.md, rule 22)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="selection_cases")
    status = models.CharField(_("status"), max_length=7, choices=SelectionStatus, default=SelectionStatus.OPEN)
    figures = models.JSONField(default=dict, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    words = models.CharField(_("reason, for the seller"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("candidate for Select")
        verbose_name_plural = _("candidates for Select")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(status="open"), name="reviews_selection_open_once"),
            models.CheckConstraint(
                condition=Q(status="open") ^ Q(decided_at__isnull=False), name="reviews_selection_decided_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.status}"


class AppealKind(models.TextChoices):
    EVENT = "event", pgettext_lazy("an appeal about", "An order in the score")
    LEVEL = "level", pgettext_lazy("an appeal about", "The level")
    INTEGRITY = "integrity", pgettext_lazy("an appeal about", "Reviews that are not counted")
    MASK = "mask", pgettext_lazy("an appeal about", "Text that is hidden")


class AppealStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("an appeal", "Waits for a person")
    UPHELD = "upheld", pgettext_lazy("an appeal", "You were right")
    DISMISSED = "dismissed", pgettext_lazy("an appeal", "It stays")


class ReputationAppeal(TimeStamped):
    """Somebody asks a person to look again at what a rule decided about them (PIPL §24)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reputation_appeals")
    kind = models.CharField(_("about"), max_length=9, choices=AppealKind)
    # Which order, case or mask; a level needs none.
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    case = models.ForeignKey(
        "reviews.IntegrityCase", on_delete=models.PROTECT, null=True, blank=True, related_name="appeals"
    )
    mask = models.ForeignKey(
        "reviews.ReviewMask", on_delete=models.PROTECT, null=True, blank=True, related_name="appeals"
    )
    words = models.TextField(_("what should be looked at"), max_length=1000)
    status = models.CharField(_("status"), max_length=9, choices=AppealStatus, default=AppealStatus.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("due at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "order", "case", "mask"],
                condition=Q(status="open"),
                nulls_distinct=False,
                name="reviews_appeal_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status="open") ^ Q(decided_at__isnull=False), name="reviews_appeal_decided_at"
            ),
            models.CheckConstraint(
                condition=Q(kind="event", order__isnull=False, case__isnull=True, mask__isnull=True)
                | Q(kind="level", order__isnull=True, case__isnull=True, mask__isnull=True)
                | Q(kind="integrity", order__isnull=True, case__isnull=False, mask__isnull=True)
                | Q(kind="mask", order__isnull=True, case__isnull=True, mask__isnull=False),
                name="reviews_appeal_about_one",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(status="open"), name="reviews_appeal_open")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
