"""What operators have to know of the running portal (failed jobs, backups), and what everybody may: how its parts stood."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FailedTask(models.Model):
    """A job that ended with an error. Kept until a person had it run again or put it aside."""

    task_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("job"), max_length=160)
    arguments = models.JSONField(
        _("arguments"), default=dict
    )  # {"args": […], "kwargs": {…}}; what is no JSON by its repr
    can_be_repeated = models.BooleanField(default=True)  # its arguments are whole
    error = models.CharField(_("error"), max_length=300)
    traceback = models.TextField(_("where"), blank=True)
    count = models.PositiveIntegerField(_("how often"), default=1)  # the same job with the same error
    failed_at = models.DateTimeField(_("failed at"))
    retried_at = models.DateTimeField(_("run again at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("failed job")
        verbose_name_plural = _("failed jobs")
        ordering = ["-failed_at"]
        indexes = [models.Index(fields=["name", "error"], condition=models.Q(closed_at=None), name="operations_failed")]

    def __str__(self) -> str:
        return f"{self.name}: {self.error}"


class EventKind(models.TextChoices):
    BACKUP = "backup", _("Backup")
    RESTORE_TEST = "restore", _("Restore test")
    RELEASE = "release", _("Release")
    RETENTION = "kept", pgettext_lazy("an operation", "Check of what is kept too long")


class OperationEvent(models.Model):
    """Something operators do now and then, and how it ended. Written by the commands that do it."""

    kind = models.CharField(_("kind"), max_length=8, choices=EventKind)
    is_ok = models.BooleanField(pgettext_lazy("an operation", "worked"))
    details = models.JSONField(_("details"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["-at"]
        indexes = [models.Index(fields=["kind", "-at"], name="operations_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class PartState(models.TextChoices):
    """How a part of the site stands for whoever uses it (public_parts.py)."""

    GOOD = "good", pgettext_lazy("a part of the site", "Works")
    PARTLY = "partly", pgettext_lazy("a part of the site", "Partly affected")
    DOWN = "down", pgettext_lazy("a part of the site", "Cannot be used at present")


class PartSpan(models.Model):
    """From when to when a part was measured to stand like this, within one day of China. Time without a row was not measured."""

    part = models.CharField(_("part"), max_length=20)
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=6, choices=PartState)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = pgettext_lazy("of a part of the site", "measured time")
        verbose_name_plural = pgettext_lazy("of a part of the site", "measured times")
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=PartState.values), name="operations_span_state"),
            models.CheckConstraint(
                condition=models.Q(ended_at__gte=models.F("began_at")), name="operations_span_forwards"
            ),
            models.UniqueConstraint(fields=["part", "began_at"], name="operations_span_once"),
        ]
        indexes = [
            models.Index(fields=["day"], name="operations_span_days"),  # the page's last 90 days; forgetting
            models.Index(fields=["part", "-ended_at"], name="operations_span_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.began_at:%Y-%m-%d %H:%M} {self.state}"


class IncidentKind(models.TextChoices):
    INCIDENT = "incident", pgettext_lazy("on the status page", "Incident")
    MAINTENANCE = "maintenance", pgettext_lazy("on the status page", "Maintenance")


class Stage(models.TextChoices):
    """How far the staff is with an incident, or with maintenance."""

    ANNOUNCED = "announced", pgettext_lazy("maintenance", "Announced")
    LOOKING = "looking", pgettext_lazy("an incident", "Being looked into")
    FOUND = "found", pgettext_lazy("an incident", "Cause found")
    WATCHING = "watching", pgettext_lazy("an incident", "Mended, being watched")
    OVER = "over", pgettext_lazy("an incident", "Over")


class Incident(models.Model):
    """What staff tells about a disturbance, or announces beforehand. It adds to what is measured, and changes none of it."""

    kind = models.CharField(_("kind"), max_length=11, choices=IncidentKind)
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=120)
    parts = ArrayField(models.CharField(max_length=20), verbose_name=_("parts"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)  # as announced; maintenance only
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = pgettext_lazy("on the status page", "incident")
        verbose_name_plural = pgettext_lazy("on the status page", "incidents")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=IncidentKind.INCIDENT, ends_at=None)
                | models.Q(kind=IncidentKind.MAINTENANCE, ends_at__gt=models.F("starts_at")),
                name="operations_maintenance_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["-starts_at"], condition=models.Q(closed_at=None), name="operations_incidents_open"),
            models.Index(fields=["-closed_at"], name="operations_incidents_past"),
        ]

    def __str__(self) -> str:
        return self.title


class IncidentUpdate(models.Model):
    """One thing said about an incident. Never changed: what was wrong is put right by the next."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="updates")
    stage = models.CharField(_("stage"), max_length=9, choices=Stage)
    text = models.CharField(_("text"), max_length=600)
    text_en = models.CharField(_("text in English"), max_length=900)
    at = models.DateTimeField(_("at"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = pgettext_lazy("on the status page", "update")
        verbose_name_plural = pgettext_lazy("on the status page", "updates")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.stage}"
