"""What operators have to know of the running portal: jobs that failed, backups, restore tests."""

from django.conf import settings
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
