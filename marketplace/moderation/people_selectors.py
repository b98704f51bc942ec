"""What staff sees of a person. The desk asks who may open the page; parts that not everybody may see ask here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import (
    AccountClosing,
    AccountMerge,
    Block,
    BrowserUse,
    ConsentRecord,
    StaffNote,
    Suspension,
    User,
    UserVerification,
)
from marketplace.accounts.personal_data import installed_model
from marketplace.accounts.selectors import merge_of, open_closing, open_suspension
from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.ledger.models import Wallet
from marketplace.ledger.selectors import wallet_of
from marketplace.moderation.log_labels import label_of
from marketplace.moderation.models import AdminLog, Report, Strike
from marketplace.moderation.people_forms import ROLE_NAMES
from marketplace.moderation.people_masks import masked_email, masked_phone
from marketplace.orders.models import Order
from marketplace.payments.models import Payout

SHOWN = 10
_ROLES = dict(ROLE_NAMES)
MONEY_PERMISSION = "ledger.view_wallet"
# The history, and what was consented to and when: both say what happened to an account.
LOG_PERMISSION = "moderation.view_adminlog"
VERIFICATIONS_PERMISSION = "accounts.view_userverification"
REPORTS_PERMISSION = "moderation.view_moderationqueue"
NOTES_PERMISSION = "accounts.view_staffnote"
# Addresses and browsers, for who decides by them whether to sign somebody out.
SESSIONS_PERMISSION = "accounts.sign_out_user"


@dataclass(frozen=True)
class HistoryLine:
    """Something that happened to an account."""

    at: datetime
    action: str  # a code of the staff log, or "joined", "login", "closing", …
    by: str
    details: str

    @property
    def label(self) -> str:
        """The act in words; one without words of its own is shown by its code."""
        return label_of(self.action)


@dataclass(frozen=True)
class PersonSheet:
    """Everything on a person's page in the admin. `None` marks a part that this member of staff may not see."""

    person: User
    masked_phone: str
    masked_email: str
    roles: list[str]
    suspension: Suspension | None
    closing: AccountClosing | None
    verifications: list[UserVerification] | None
    consents: list[ConsentRecord] | None
    orders: list[Order] | None
    order_counts: dict[str, int] | None
    wallet: Wallet | None
    payouts: list[Payout]
    sees_money: bool
    reports_by: list[Report] | None
    reports_against: list[Report] | None
    sessions: list[Any] | None
    history: list[HistoryLine] | None
    notes: list[StaffNote] | None
    strikes: list[Strike]
    browsers: list[BrowserUse] | None
    merge: AccountMerge | None  # into another account
    merges: list[AccountMerge]  # of other accounts into this one
    blocks: list[Block]


def person_for_staff(user_id: int) -> User:
    """One person. Raises Http404."""
    person = User.objects.select_related("profile").filter(pk=user_id).first()
    if person is None:
        raise Http404
    return person


def strikes_of(person: User) -> QuerySet[Strike]:
    """All strikes of somebody, the newest first, with those of an account that was merged into theirs."""
    return Strike.objects.filter(Q(person=person) | Q(person__merged_into__kept=person)).order_by("-given_at", "-pk")


def person_sheet(person: User, *, staff: User | AnonymousUser) -> PersonSheet:
    """All parts of the page that `staff` may see."""
    sees_reports = staff.has_perm(REPORTS_PERMISSION)
    sees_money, sees_orders = staff.has_perm(MONEY_PERMISSION), staff.has_perm("orders.view_order")
    either = Q(buyer=person) | Q(seller=person)
    own_gigs = Gig.objects.filter(seller=person).values("pk")
    against = Q(content_type=ContentType.objects.get_for_model(User), object_id=person.pk) | Q(
        content_type=ContentType.objects.get_for_model(Gig), object_id__in=own_gigs
    )
    return PersonSheet(
        person=person,
        masked_phone=masked_phone(person.phone or ""),
        masked_email=masked_email(person.email),
        roles=[str(_ROLES.get(name, name)) for name in person.groups.order_by("name").values_list("name", flat=True)],
        suspension=open_suspension(person),
        closing=open_closing(person),
        verifications=list(person.verifications.select_related("reviewed_by__profile").order_by("-pk"))
        if staff.has_perm(VERIFICATIONS_PERMISSION)
        else None,
        consents=list(ConsentRecord.objects.filter(user=person).order_by("-given_at"))
        if staff.has_perm(LOG_PERMISSION)
        else None,
        orders=list(
            Order.objects.filter(either).select_related("buyer__profile", "seller__profile").order_by("-pk")[:SHOWN]
        )
        if sees_orders
        else None,
        order_counts=Order.objects.filter(either).aggregate(
            bought=Count("pk", filter=Q(buyer=person)), sold=Count("pk", filter=Q(seller=person))
        )
        if sees_orders
        else None,
        wallet=wallet_of(person) if sees_money else None,
        payouts=list(Payout.objects.filter(user=person).select_related("destination")[:SHOWN]) if sees_money else [],
        sees_money=sees_money,
        reports_by=list(Report.objects.filter(reporter=person).order_by("-pk")[:SHOWN]) if sees_reports else None,
        reports_against=list(Report.objects.filter(against).order_by("-pk")[:SHOWN]) if sees_reports else None,
        sessions=_sessions(person) if staff.has_perm(SESSIONS_PERMISSION) else None,
        history=_history(person) if staff.has_perm(LOG_PERMISSION) else None,
        notes=list(StaffNote.objects.filter(user=person).select_related("author__profile"))
        if staff.has_perm(NOTES_PERMISSION)
        else None,
        strikes=list(strikes_of(person).select_related("given_by__profile", "reason")[:SHOWN]),
        browsers=list(BrowserUse.objects.filter(user=person).order_by("-last_used_at")[:SHOWN])
        if staff.has_perm(SESSIONS_PERMISSION)
        else None,
        merge=merge_of(person),
        merges=list(AccountMerge.objects.filter(kept=person).select_related("merged__profile", "by__profile")),
        blocks=list(Block.objects.filter(user=person, lifted_at=None, ends_at__gt=clock.now())),
    )


def _sessions(person: User) -> list[Any] | None:
    """Where somebody is logged in, or None while nobody keeps a list of that."""
    sessions = installed_model("usersessions.UserSession")
    return list(sessions._default_manager.filter(user=person).order_by("-pk")[:SHOWN]) if sessions else None


def _history(person: User) -> list[HistoryLine]:
    return sorted((*_staff_acts(person), *_own_acts(person)), key=lambda line: line.at, reverse=True)[:50]


def _staff_acts(person: User) -> Iterable[HistoryLine]:
    acts = AdminLog.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=person.pk)
    for act in acts.select_related("actor__profile")[:50]:
        details = " · ".join(str(value) for key, value in act.data.items() if key in ("reason", "ends_at", "until"))
        yield HistoryLine(act.created_at, act.action, act.actor.display_name, details)


def _own_acts(person: User) -> Iterable[HistoryLine]:
    name = person.display_name
    yield HistoryLine(person.date_joined, "person.joined", name, "")
    # Django writes both in one moment at sign-up.
    if person.last_login and person.last_login - person.date_joined > timedelta(seconds=1):
        yield HistoryLine(person.last_login, "person.last_login", name, "")
    for closing in AccountClosing.objects.filter(user=person):
        yield HistoryLine(closing.asked_at, "person.closing_asked", name, "")
        if closing.cancelled_at:
            yield HistoryLine(closing.cancelled_at, "person.closing_cancelled", name, "")
        if closing.done_at:
            yield HistoryLine(closing.done_at, "person.closed", "", "")
