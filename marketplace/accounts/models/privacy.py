"""What people decide about their own data: a copy of it, the end of the account, who may not write to them."""

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.people import User
from marketplace.core.models import TimeStamped


def private_storage() -> Storage:
    """A copy of somebody's data is for that person alone; a view asks the selector before it serves one."""
    return storages["private"]


class ExportStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting to begin")
    BUILDING = "building", _("Being put together")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Deleted")


class DataExport(TimeStamped):
    """A copy of everything about a person, as a ZIP (个人信息保护法 §45). Built by a job, deleted after a week."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_exports", verbose_name=_("user"))
    status = models.CharField(_("status"), max_length=8, choices=ExportStatus, default=ExportStatus.WAITING)
    percent = models.PositiveSmallIntegerField(_("progress in percent"), default=0)
    file = models.FileField(_("file"), upload_to="exports/%Y/%m", storage=private_storage, blank=True)
    size = models.BigIntegerField(_("size in bytes"), default=0)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("copy of a person's data")
        verbose_name_plural = _("copies of people's data")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(status__in=("waiting", "building")), name="accounts_export_one_at_a_time"
            )
        ]
        # The job: which have to be deleted, which were given up.
        indexes = [models.Index(fields=["expires_at"], condition=Q(status="ready"), name="accounts_export_to_delete")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.get_status_display()}"

    @property
    def is_under_way(self) -> bool:
        """Whether the job has yet to finish it."""
        return self.status in (ExportStatus.WAITING, ExportStatus.BUILDING)


class AccountClosing(models.Model):
    """That a person closes the account: asked for, then a time in which a log-in calls it off, then done for good."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="closings", verbose_name=_("user"))
    asked_at = models.DateTimeField(_("asked for at"))
    due_at = models.DateTimeField(_("carried out at"))
    cancelled_at = models.DateTimeField(_("called off at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("closing of an account")
        verbose_name_plural = _("closings of accounts")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(cancelled_at=None), name="accounts_closing_once")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(cancelled_at=None, done_at=None), name="accounts_closing_due")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.due_at:%Y-%m-%d}"


class BlockedPerson(models.Model):
    """That somebody does not want to hear from, or sell to, somebody else."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocked_people", verbose_name=_("user"))
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocked_by", verbose_name=_("blocked"))
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("blocked person")
        verbose_name_plural = _("blocked people")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "person"], name="accounts_blocked_once"),
            models.CheckConstraint(condition=~Q(owner=F("person")), name="accounts_blocked_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} ⊘ {self.person_id}"
