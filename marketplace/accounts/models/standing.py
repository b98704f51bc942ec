"""What staff decided and noted about a person."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models.people import User
from marketplace.core.models import TimeStamped


class Suspension(TimeStamped):
    """Somebody may not log in for a time, and why. Ends by itself at `ends_at`, or when staff lifts it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="suspensions", verbose_name=_("user"))
    reason = models.CharField(_("reason"), max_length=300)  # the person reads it at log-in
    # Who it was stands in the staff log for good.
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by"))
    began_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    over_at = models.DateTimeField(_("over since"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(over_at=None), name="accounts_suspension_one"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("began_at")), name="accounts_suspension_has_end"),
        ]
        # The job: which are over.
        indexes = [models.Index(fields=["ends_at"], condition=Q(over_at=None), name="accounts_suspension_due")]

    def __str__(self) -> str:
        return f"{self.user_id} – {self.ends_at:%Y-%m-%d}"


class StaffNote(models.Model):
    """What staff wants to remember about a person. For staff alone: it may speak of others too."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_notes", verbose_name=_("user"))
    author = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    text = models.TextField(_("note"), max_length=2000)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("note of staff")
        verbose_name_plural = _("notes of staff")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text[:40]


class BlockKind(models.TextChoices):
    ACCOUNT = "account", pgettext_lazy("what is blocked", "Account")
    DEVICE = "device", pgettext_lazy("what is blocked", "Browser")
    ADDRESS = "address", pgettext_lazy("what is blocked", "Address or network")


class BlockScope(models.TextChoices):
    SIGN_UP = "sign_up", _("Opening accounts")
    LOG_IN = "log_in", _("Logging in")
    WRITING = "writing", _("Writing: messages, reviews, reports, briefs, services")
    BUYING = "buying", _("Placing orders")
    EVERYTHING = "everything", _("The whole site")


class Block(TimeStamped):
    """Something that an account, a browser or an address may not do for a time.

    A suspension keeps one person out and tells why; a block stops abuse by whatever can be seen of it.
    """

    kind = models.CharField(_("what is blocked"), max_length=7, choices=BlockKind)
    # Of a browser the keyed hash that BrowserUse keeps; of an address a network in CIDR notation; of an account its key.
    value = models.CharField(_("value"), max_length=64)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="blocks", verbose_name=_("user")
    )
    scope = models.CharField(_("what is not allowed"), max_length=10, choices=BlockScope)
    reason = models.CharField(_("reason"), max_length=300)  # for staff; whom it stops reads what they can do
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by"))
    ends_at = models.DateTimeField(_("until"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value", "scope"], condition=Q(lifted_at=None), name="accounts_block_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=BlockKind.values), name="accounts_block_kind"),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=Q(lifted_at=None), name="accounts_block_in_force")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value} {self.scope}"


class LimitHit(models.Model):
    """How often a limit stopped somebody on a day of China's: who abuses what, in figures."""

    day = models.DateField(_("day"))
    limit = models.CharField(_("limit"), max_length=60)
    # An address, or the key of an account as "user:7".
    source = models.CharField(_("who"), max_length=64)
    count = models.PositiveIntegerField(_("refusals"), default=0)

    class Meta:
        verbose_name = _("refusal by a limit")
        verbose_name_plural = _("refusals by limits")
        ordering = ["-day", "-count"]
        constraints = [models.UniqueConstraint(fields=["day", "limit", "source"], name="accounts_limit_hit_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.limit} {self.count}"


class AccountMerge(models.Model):
    """Two accounts of one person became one: what was moved, and what stayed with the one that was closed."""

    kept = models.ForeignKey(User, on_delete=models.PROTECT, related_name="merges", verbose_name=_("kept account"))
    merged = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="merged_into", verbose_name=_("account that was merged")
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by"))
    reason = models.CharField(_("reason"), max_length=300)
    moved = models.JSONField(_("what was moved"), default=dict)
    done_at = models.DateTimeField(_("done at"))

    class Meta:
        verbose_name = _("merge of accounts")
        verbose_name_plural = _("merges of accounts")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=models.F("merged")), name="accounts_merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"
