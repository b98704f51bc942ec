"""What accounts itself keeps of a person, for the registry of personal_data.py; and what the apps below it keep."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import (
    AccountClosing,
    AccountMerge,
    Block,
    BlockedPerson,
    BrowserUse,
    ConsentRecord,
    DataExport,
    ExportStatus,
    NewDevice,
    Suspension,
    User,
    UserProfile,
    UserVerification,
    VerificationKind,
    VerificationPaper,
    VerificationStatus,
)
from marketplace.accounts.personal_data import (
    Retained,
    Section,
    StoredFile,
    Table,
    delete_after_commit,
    installed_model,
    plain,
    stored,
    table,
)
from marketplace.accounts.selectors import verified_real_name
from marketplace.accounts.services.verification_lapsing import leave_names_only
from marketplace.notifications.models import (
    Notification,
    NotificationPreference,
    NotificationSettings,
    PushSubscription,
)

_IDENTITY = (VerificationKind.REAL_NAME, VerificationKind.COMPANY)
_OF_STAFF = "who of the staff did it, not whom it was done to"


class AccountsSection(Section):
    """The person, the profile, consents, checks, ways in, notifications."""

    exported = frozenset(
        {
            "accounts.UserProfile.user",
            "accounts.NewDevice.user",
            "accounts.BrowserUse.user",
            "accounts.ConsentRecord.user",
            "accounts.UserVerification.user",
            "accounts.DataExport.user",
            "accounts.AccountClosing.user",
            "accounts.BlockedPerson.owner",
            "accounts.Suspension.user",
            "accounts.Block.user",
            "accounts.AccountMerge.kept",
            "account.EmailAddress.user",
            "socialaccount.SocialAccount.user",
            "usersessions.UserSession.user",
            "notifications.Notification.recipient",
            "notifications.NotificationSettings.user",
            "notifications.NotificationPreference.user",
            "notifications.PushSubscription.user",
        }
    )
    not_exported = {
        "accounts.BlockedPerson.person": "nobody is told who blocked them",
        "accounts.StaffNote.user": "work notes of staff, which speak of others too",
        "accounts.StaffNote.author": _OF_STAFF,
        "accounts.UserVerification.reviewed_by": _OF_STAFF,
        "accounts.Suspension.by": _OF_STAFF,
        "accounts.Suspension.lifted_by": _OF_STAFF,
        "core.SystemConfig.updated_by": _OF_STAFF,
        "accounts.Block.by": _OF_STAFF,
        "accounts.Block.lifted_by": _OF_STAFF,
        "accounts.AccountMerge.by": _OF_STAFF,
        "accounts.AccountMerge.merged": "the same merge, told with the account that was kept",
        "core.ConfigChange.asked_by": _OF_STAFF,
        "core.ConfigChange.decided_by": _OF_STAFF,
        "core.FeatureFlag.updated_by": _OF_STAFF,
        "mfa.Authenticator.user": "secrets of the second step: a copy of them would be a way in",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """Everything of the account itself."""
        yield table(
            "account",
            User.objects.filter(pk=user.pk),
            **plain("phone", "email", "date_joined", "last_login", "is_active"),
        )
        yield table(
            "profile",
            UserProfile.objects.filter(user=user),
            **plain(
                *(field.attname for field in UserProfile._meta.concrete_fields if field.name not in ("id", "user"))
            ),
        )
        yield table("new_devices", NewDevice.objects.filter(user=user), **plain("at", "user_agent", "ip"))
        yield table("browsers", BrowserUse.objects.filter(user=user), **plain("first_used_at", "last_used_at"))
        yield table(
            "consents",
            ConsentRecord.objects.filter(user=user),
            **plain("document", "version", "given_at", "withdrawn_at"),
        )
        yield Table("verifications", lambda: _verifications(user))
        yield table("email_addresses", EmailAddress.objects.filter(user=user), **plain("email", "verified", "primary"))
        yield table(
            "social_accounts",
            SocialAccount.objects.filter(user=user),
            **plain("provider", "uid", "date_joined", "last_login"),
        )
        if sessions := installed_model("usersessions.UserSession"):
            yield table(
                "sessions",
                sessions._default_manager.filter(user=user),
                **plain("ip", "user_agent", "created_at", "last_seen_at"),
            )
        yield table(
            "blocked_people",
            BlockedPerson.objects.filter(owner=user),
            name="person__profile__display_name",
            created_at="created_at",
        )
        yield table(
            "suspensions",
            Suspension.objects.filter(user=user),
            **plain("reason", "began_at", "ends_at", "over_at"),
        )
        yield table(
            "blocks",
            Block.objects.filter(user=user).order_by("pk"),
            **plain("kind", "scope", "created_at", "ends_at", "lifted_at"),
        )
        yield table(
            "merged_accounts",
            AccountMerge.objects.filter(kept=user).order_by("pk"),
            account="merged__profile__handle",
            **plain("moved", "done_at"),
        )
        yield table("copies_of_data", DataExport.objects.filter(user=user), **plain("status", "created_at", "ready_at"))
        yield table(
            "closings",
            AccountClosing.objects.filter(user=user),
            **plain("asked_at", "due_at", "cancelled_at", "done_at"),
        )
        yield table(
            "notifications",
            Notification.objects.filter(recipient=user).order_by("pk"),
            **plain("kind", "title", "body", "created_at", "read_at"),
        )
        yield table(
            "notification_settings",
            NotificationSettings.objects.filter(user=user),
            **plain("language", "mail_rhythm", "digest_at", "quiet_from", "quiet_until"),
        )
        yield table(
            "notification_choices",
            NotificationPreference.objects.filter(user=user).order_by("pk"),
            **plain("kind", "channel", "is_on"),
        )
        yield table(
            "browsers_told",
            PushSubscription.objects.filter(user=user).order_by("pk"),
            **plain("user_agent", "created_at"),
        )

    def files(self, user: User) -> Iterable[StoredFile]:
        """The portrait. Papers of a check are their person's own, and stay where few can look."""
        if user.profile.avatar:
            yield stored("profile", user.profile.avatar)

    def retained(self, user: User) -> Iterable[Retained]:
        """Who somebody was, for those they traded with; and what they agreed to."""
        if user.verifications.filter(kind__in=_IDENTITY, status=VerificationStatus.APPROVED).exists():
            yield Retained(
                _("Your checked name, encrypted"),
                _("E-Commerce Law, article 31"),
                _("three years after your account was closed; nothing else of your papers is kept"),
            )
        yield Retained(
            _("What you agreed to, and when"),
            _("Personal Information Protection Law, article 14"),
            _("three years, as proof of your consent"),
        )

    @transaction.atomic
    def erase(self, user: User) -> None:
        """Notifications, blocks, devices, copies of data, papers; checks of number and address go with these."""
        NewDevice.objects.filter(user=user).delete()
        BrowserUse.objects.filter(user=user).delete()
        Notification.objects.filter(recipient=user).delete()
        NotificationSettings.objects.filter(user=user).delete()
        NotificationPreference.objects.filter(user=user).delete()
        PushSubscription.objects.filter(user=user).delete()
        BlockedPerson.objects.filter(owner=user).delete()
        for export in DataExport.objects.filter(user=user, status=ExportStatus.READY):
            delete_after_commit(export.file)
        DataExport.objects.filter(user=user).delete()
        for paper in VerificationPaper.objects.filter(verification__user=user):
            delete_after_commit(paper.file)
            paper.delete()
        UserVerification.objects.filter(user=user).exclude(kind__in=_IDENTITY).delete()
        leave_names_only(user=user)


def masked_name(name: str) -> str:
    """A name of which the first character is shown: 林**."""
    return name[:1] + "*" * (len(name) - 1)


def _verifications(user: User) -> Iterable[dict[str, object]]:
    real_name = masked_name(verified_real_name(user))
    for row in UserVerification.objects.filter(user=user).order_by("pk").iterator(chunk_size=100):
        yield {
            "kind": row.kind,
            "status": row.status,
            "name": real_name if row.name_encrypted and row.status == VerificationStatus.APPROVED else "",
            "company_name": row.company_name,
            "reason": row.reason_text,
            "valid_until": row.valid_until,
            "created_at": row.created_at,
            "reviewed_at": row.reviewed_at,
            "ended_at": row.ended_at,
        }
