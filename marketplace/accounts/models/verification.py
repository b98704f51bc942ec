"""Facts about a person that somebody checked, and the papers they were checked against."""

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models.people import User
from marketplace.accounts.states import VerificationStatus
from marketplace.core.models import TimeStamped


class VerificationKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Mobile number")
    REAL_NAME = "real_name", _("Real name")
    COMPANY = "company", _("Company")


class RejectionReason(models.TextChoices):
    UNREADABLE = "unreadable", _("The papers cannot be read")
    INCOMPLETE = "incomplete", _("A side or a page is missing")
    MISMATCH = "mismatch", _("What was typed and what the papers say differ")
    EXPIRED = "expired", _("The papers are no longer valid")
    NOT_OWN = "not_own", _("The papers belong to somebody else")
    FORGED = "forged", _("The papers look altered")
    OTHER = "other", _("Another reason")


class CheckResult(models.TextChoices):
    """What a service that compares names with numbers answered."""

    MATCH = "match", _("Name and number belong together")
    MISMATCH = "mismatch", _("Name and number do not belong together")
    UNKNOWN = "unknown", _("No answer yet")


class UserVerification(TimeStamped):
    """That a fact about a person was checked, by whom and when."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="verifications", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=12, choices=VerificationKind)
    status = models.CharField(
        _("status"), max_length=10, choices=VerificationStatus, default=VerificationStatus.PENDING
    )
    reviewed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    # Why it was rejected, expired early or revoked: a reason of the list, and words that the person reads.
    reason_code = models.CharField(
        _("kind of reason"), max_length=12, choices=RejectionReason, blank=True, default="", db_default=""
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Only for the real name: the name itself, encrypted (core.encryption). Payouts go to nobody else.
    name_encrypted = models.TextField(blank=True, editable=False)
    # The identity number, or the company's credit code. Staff sees the masked one; nothing shows the digest, by which the
    # same number is found again on another account (accounts.numbers.digest_of).
    number_encrypted = models.TextField(blank=True, default="", db_default="", editable=False)
    number_masked = models.CharField(
        pgettext_lazy("of an identity card or a company", "number"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
    )
    number_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    # Only for a company. Who represents it is a person, whose name is nobody's business; the company's is public.
    company_name = models.CharField(_("company"), max_length=100, blank=True, default="", db_default="")
    representative_encrypted = models.TextField(blank=True, default="", db_default="", editable=False)
    # The last day on which the papers are valid, in China. None: for ever, or nobody said.
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    is_barred = models.BooleanField(_("this identity may not be used again"), default=False, db_default=False)
    check_result = models.CharField(
        _("automated check"), max_length=8, choices=CheckResult, blank=True, default="", db_default=""
    )
    check_reference = models.CharField(
        _("number of the automated check"), max_length=64, blank=True, default="", db_default=""
    )
    check_attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # When the service is to be asked (again); None: never. A job looks (accounts.tasks).
    check_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Since when the person has to be told by mail of what became of it; None: nothing to tell. A job does.
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    expiry_notice_at = models.DateTimeField(null=True, blank=True, editable=False)
    papers_deleted_at = models.DateTimeField(_("papers deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(status="approved"), name="accounts_verification_one_approved"
            ),
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(status="pending"), name="accounts_verification_one_pending"
            ),
            # One identity, one account. Not among those that wait: nobody may block a number that is not theirs.
            models.UniqueConstraint(
                fields=["kind", "number_digest"],
                condition=Q(status="approved") & ~Q(number_digest=""),
                name="accounts_verification_one_account",
            ),
            models.CheckConstraint(
                condition=Q(status__in=VerificationStatus.values), name="accounts_verification_status_known"
            ),
        ]
        indexes = [
            # The moderators' queue, oldest first, and its count.
            models.Index(fields=["created_at"], condition=Q(status="pending"), name="accounts_verification_queue"),
            # Whether a number is in use, or barred.
            models.Index(fields=["number_digest"], condition=~Q(number_digest=""), name="accounts_verification_digest"),
            # The jobs that ask and tell.
            models.Index(
                fields=["check_due_at"], condition=Q(check_due_at__isnull=False), name="accounts_verification_check"
            ),
            models.Index(
                fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="accounts_verification_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_kind_display()}: {self.get_status_display()}"

    @property
    def reason_text(self) -> str:
        """The reason as the person reads it."""
        listed = self.reason_code and self.reason_code != RejectionReason.OTHER
        parts = [str(self.get_reason_code_display())] if listed else []
        return " · ".join([*parts, self.reason] if self.reason else parts)


class PaperKind(models.TextChoices):
    IDENTITY_FRONT = "front", _("Identity card, side with the portrait")
    IDENTITY_BACK = "back", _("Identity card, side with the emblem")
    LICENCE = "licence", _("Business licence")


def private_storage() -> Storage:
    """Never below MEDIA_URL: only a view that notes who looked reads from it."""
    return storages["private"]


class VerificationPaper(models.Model):
    """A picture of a document. The file is encrypted: whoever gets at the storage alone reads nothing."""

    verification = models.ForeignKey(UserVerification, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(_("kind"), max_length=8, choices=PaperKind)
    file = models.FileField(_("file"), storage=private_storage)
    content_type = models.CharField(max_length=40)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("of a verification", "document")
        verbose_name_plural = pgettext_lazy("of a verification", "documents")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["verification", "kind"], name="accounts_paper_once")]

    def __str__(self) -> str:
        return str(self.get_kind_display())
