from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TimeStamped(models.Model):
    """When a row was made and last changed."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True


class SystemConfig(models.Model):
    """A business constant that somebody changed. What is not here has the default of its definition (core/config.py)."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    value = models.JSONField(_("value"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("platform setting")
        verbose_name_plural = _("platform settings")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class ChangeStatus(models.TextChoices):
    WAITING = "waiting", _("Waits for a second person")
    SCHEDULED = "scheduled", _("Will take effect")
    APPLIED = "applied", _("In effect")
    REFUSED = "refused", pgettext_lazy("a change", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("a change", "Withdrawn")


class ConfigChange(models.Model):
    """A change of a business constant: who asked for it, when and why, who agreed, and from when it holds.

    Never deleted; SystemConfig holds the value in force, this is how it came about. Rolling back is a change of its own.
    """

    key = models.CharField(_("setting"), max_length=80)
    old_value = models.JSONField(_("before"))
    value = models.JSONField(_("after"))
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(_("status"), max_length=9, choices=ChangeStatus)
    # Rules about money need two pairs of eyes (product decision, as withdrawals do).
    needs_second = models.BooleanField(_("needs a second person"), default=False)
    # Empty for what the program changed itself: figures of rules on their announced day.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("asked for by"),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked for at"))
    effective_at = models.DateTimeField(_("takes effect at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("agreed by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    applied_at = models.DateTimeField(_("in effect since"), null=True, blank=True)
    rolls_back = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rolls back")
    )

    class Meta:
        verbose_name = _("change of a setting")
        verbose_name_plural = _("changes of settings")
        ordering = ["-pk"]
        constraints = [
            # One at a time for each setting, or nobody could say what the next one is a change of.
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(status__in=["waiting", "scheduled"]),
                name="core_change_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="core_change_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(status="applied") ^ models.Q(applied_at__isnull=True),
                name="core_change_applied_at",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "-id"], name="core_change_of_key"),
            models.Index(fields=["effective_at"], condition=models.Q(status="scheduled"), name="core_change_scheduled"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.old_value} → {self.value}"


class FeatureFlag(models.Model):
    """For whom something new is there. What has no row is as its definition says (core/flags.py)."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    is_on = models.BooleanField(_("for everybody"), default=False)
    # Of people and visitors, always the same ones while it grows.
    share_percent = models.PositiveSmallIntegerField(_("for a share, in percent"), default=0)
    groups = models.ManyToManyField("auth.Group", verbose_name=_("for groups"), blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("feature flag")
        verbose_name_plural = _("feature flags")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=models.Q(share_percent__lte=100), name="core_flag_share"),
        ]

    def __str__(self) -> str:
        return self.key


class RulesVersion(models.Model):
    """The business constants of one moment, as a whole, and the texts in force then.

    Never changed: orders say which rules they were made under.

    电子商务法 §34: who does not agree to new rules keeps the old ones; an order under way keeps its own.
    """

    digest = models.CharField(max_length=64, unique=True)  # of both: the same rules again are the same version
    values = models.JSONField(_("values"))
    # Document → number of its version: the editors' texts (cms_pages), which say the same in sentences.
    texts = models.JSONField(_("texts"), default=dict, db_default={}, blank=True)
    created_at = models.DateTimeField(_("in force since"), auto_now_add=True)

    class Meta:
        verbose_name = _("version of the rules")
        verbose_name_plural = _("versions of the rules")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.pk)
