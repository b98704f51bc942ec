"""How long is kept what we know of people (core/retention.py), what notifications keep of them included: they know no account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet

from marketplace.accounts import limits
from marketplace.accounts.models import (
    AccountClosing,
    BrowserUse,
    DataExport,
    ExportStatus,
    LimitHit,
    NewDevice,
    User,
    VerificationPaper,
    VerificationStatus,
)
from marketplace.accounts.personal_data import installed_model
from marketplace.accounts.services import devices, signing_up
from marketplace.core.retention import Bound, Rule, at_once, days, days_of, model_of

CLOSING = "marketplace.accounts.tasks.carry_out_closings"
_PAPERS = "marketplace.accounts.tasks.forget_rejected_papers"
PIPL_DELETION = "个人信息保护法 §19, §47"
ECOMMERCE = "电子商务法 §31"
# Counted like `selectors.names_kept_long_enough`: no year has more than 366 days.
THREE_YEARS = timedelta(days=3 * 365 + 1)
_DONE = "closings__done_at"


def three_years() -> timedelta:
    """As long as the law wants data of trades kept."""
    return THREE_YEARS


def closed_people() -> QuerySet[User]:
    """Whose account was closed for good."""
    return User.objects.filter(Exists(AccountClosing.objects.filter(user=OuterRef("pk"), done_at__isnull=False)))


def with_account(
    label: str, path: str = "user", *, kept: Callable[[], timedelta] = at_once, still: Callable[[], Q] = Q
) -> Bound:
    """Rows that go when their person's account is closed, or `kept` after that; those alone that are `still` something."""

    def rows() -> QuerySet[Any]:
        model = model_of(label)
        if model is None:  # its app is switched off
            return AccountClosing.objects.none()
        return model._default_manager.filter(still(), **{f"{path}__in": closed_people()})

    def moment() -> str:
        return f"{path}__{_DONE}" if model_of(label) is not None else "done_at"

    return Bound(rows, moment(), kept)


def _all_with_account(*tables: tuple[str, str]) -> tuple[Bound, ...]:
    return tuple(with_account(label, path) for label, path in tables)


def _sessions_nobody_has() -> QuerySet[Any]:
    model = installed_model("usersessions.UserSession")
    if model is None:
        return Session.objects.none()
    return model._default_manager.exclude(session_key__in=Session.objects.values("session_key"))


def _has_name() -> Q:
    return ~Q(name_encrypted="") | ~Q(company_name="")


_GO_WITH_ACCOUNT = (
    ("notifications.Notification", "recipient"),
    ("notifications.NotificationPreference", "user"),
    ("notifications.NotificationSettings", "user"),
    ("notifications.PushSubscription", "user"),
    ("accounts.BlockedPerson", "owner"),
    ("mfa.Authenticator", "user"),
    ("socialaccount.SocialAccount", "user"),
    ("account.EmailAddress", "user"),
)

RULES: tuple[Rule, ...] = (
    Rule(
        "accounts.account",
        ("accounts.User", "accounts.UserProfile", "accounts.User_groups", "accounts.User_user_permissions"),
        "who uses the site",
        "until the account is closed, {accounts.closing_days} after that was asked for; then emptied of number, address and name",
        PIPL_DELETION,
        CLOSING,
        (
            Bound(lambda: AccountClosing.objects.filter(cancelled_at=None, done_at=None), "due_at", at_once),
            Bound(
                lambda: closed_people().filter(~Q(email="") | Q(phone__isnull=False) | ~Q(pending_phone="")),
                _DONE,
                at_once,
            ),
        ),
    ),
    Rule(
        "accounts.with_the_account",
        tuple(label for label, _path in _GO_WITH_ACCOUNT),
        "ways in, choices, and the lines at the bell",
        "until the account is closed, or until its person removes them",
        PIPL_DELETION,
        CLOSING,
        _all_with_account(*_GO_WITH_ACCOUNT),
    ),
    Rule(
        "accounts.showcase",
        ("accounts.Portfolio", "accounts.UserSkill", "accounts.Certificate"),
        "what a seller shows of themselves",
        "until the account is closed, or until its person removes them",
        PIPL_DELETION,
        CLOSING,
        _all_with_account(
            ("accounts.Portfolio", "profile__user"),
            ("accounts.UserSkill", "profile__user"),
            ("accounts.Certificate", "profile__user"),
        ),
    ),
    Rule(
        "accounts.unfinished_sign_ups",
        ("accounts.User",),
        "an account whose person proved neither number nor address",
        f"{signing_up.UNFINISHED_KEPT.days} days",
        PIPL_DELETION,
        "marketplace.accounts.tasks.forget_unfinished_sign_ups",
        (
            Bound(
                lambda: (
                    User.objects.filter(
                        phone=None, last_login=None, is_staff=False, is_superuser=False, groups=None, is_active=True
                    )
                    .filter(consents__isnull=False, socialaccount=None)
                    .exclude(emailaddress__verified=True)
                ),
                "date_joined",
                lambda: signing_up.UNFINISHED_KEPT,
            ),
        ),
    ),
    Rule(
        "accounts.sessions",
        ("sessions.Session", "usersessions.UserSession"),
        "who is logged in where, with address and browser",
        "until the session ends",
        PIPL_DELETION,
        "marketplace.accounts.tasks.forget_ended_sessions",
        (
            Bound(lambda: Session.objects.all(), "expire_date", at_once, is_real=True),
            Bound(_sessions_nobody_has, "last_seen_at", at_once, is_real=True),
        ),
    ),
    Rule(
        "accounts.new_devices",
        ("accounts.NewDevice",),
        "to tell somebody of a log-in from a new device, with its address",
        f"{devices.KEEP_DAYS} days after they were told; until the account is closed",
        PIPL_DELETION,
        "marketplace.accounts.tasks.forget_ended_sessions",
        (
            Bound(lambda: NewDevice.objects.all(), "told_at", days(devices.KEEP_DAYS), is_real=True),
            with_account("accounts.NewDevice"),
        ),
    ),
    Rule(
        "accounts.browsers",
        ("accounts.BrowserUse",),
        "to see rings of accounts: a keyed hash of a browser with its accounts",
        f"{devices.KEEP_BROWSERS_DAYS} days after the last log-in there; until the account is closed",
        "our decision; 反不正当竞争法 §9",
        "marketplace.accounts.tasks.forget_browser_uses",
        (
            Bound(lambda: BrowserUse.objects.all(), "last_used_at", days(devices.KEEP_BROWSERS_DAYS)),
            with_account("accounts.BrowserUse"),
        ),
    ),
    Rule(
        "accounts.refusals",
        ("accounts.LimitHit",),
        "whom limits stopped, by address or account, in figures",
        f"{limits.KEEP_DAYS} days",
        "our decision; 网络安全法 §21",
        "marketplace.accounts.tasks.forget_refusals",
        (Bound(lambda: LimitHit.objects.all(), "day", days(limits.KEEP_DAYS), is_day=True),),
    ),
    Rule(
        "accounts.copies",
        ("accounts.DataExport",),
        "the copy of their data that somebody asked for",
        "{accounts.export_days}; until the account is closed",
        PIPL_DELETION,
        "marketplace.accounts.tasks.look_after_exports",
        (
            Bound(lambda: DataExport.objects.filter(status=ExportStatus.READY), "expires_at", at_once),
            with_account("accounts.DataExport"),
        ),
    ),
    Rule(
        "accounts.refused_papers",
        ("accounts.UserVerification", "accounts.VerificationPaper"),
        "to ask why papers were refused",
        "{verification.rejected_papers_days}",
        PIPL_DELETION,
        _PAPERS,
        (
            Bound(
                lambda: VerificationPaper.objects.filter(verification__status=VerificationStatus.REJECTED),
                "verification__reviewed_at",
                days_of("verification.rejected_papers_days"),
            ),
        ),
    ),
    Rule(
        "accounts.decided_papers",
        ("accounts.UserVerification", "accounts.VerificationPaper"),
        "to ask who was let in",
        "{verification.decided_papers_days} after the decision, or after the verification ended; until the account is closed",
        PIPL_DELETION,
        _PAPERS,
        (
            Bound(
                lambda: VerificationPaper.objects.filter(verification__status=VerificationStatus.APPROVED),
                "verification__reviewed_at",
                days_of("verification.decided_papers_days"),
            ),
            Bound(
                lambda: VerificationPaper.objects.filter(
                    verification__status__in=[VerificationStatus.EXPIRED, VerificationStatus.REVOKED]
                ),
                "verification__ended_at",
                days_of("verification.decided_papers_days"),
            ),
            with_account("accounts.VerificationPaper", "verification__user"),
        ),
    ),
    Rule(
        "accounts.names_of_closed_accounts",
        ("accounts.UserVerification",),
        "whom buyers dealt with",
        "three years after the account was closed, encrypted",
        ECOMMERCE,
        _PAPERS,
        (with_account("accounts.UserVerification", kept=three_years, still=_has_name),),
    ),
    Rule(
        "accounts.numbers_of_closed_accounts",
        ("accounts.UserVerification",),
        "the number of an identity card, to compare it",
        "until the account is closed",
        PIPL_DELETION,
        CLOSING,
        (with_account("accounts.UserVerification", still=lambda: ~Q(number_encrypted="")),),
    ),
    Rule(
        "accounts.consents",
        ("accounts.ConsentRecord",),
        "proof of what was agreed to, and when",
        "three years after the account was closed",
        "个人信息保护法 §14, §56",
        "marketplace.accounts.tasks.forget_consents",
        (with_account("accounts.ConsentRecord", kept=three_years),),
    ),
    Rule(
        "accounts.standing",
        ("accounts.Suspension", "accounts.StaffNote", "accounts.Block", "accounts.AccountMerge"),
        "what staff decided about somebody, and why: for appeals and for whoever decides next",
        "as long as the account, emptied or not",
        "our decision; 个人信息保护法 §24",
    ),
    Rule(
        "accounts.addresses_of_profiles",
        ("accounts.HandleRedirect", "accounts.AccountClosing", "accounts.SkillSuggestion"),
        "that an address of a profile stays taken; that an account was closed; who proposed a skill",
        "as long as the account, emptied or not",
        "our decision",
    ),
)
