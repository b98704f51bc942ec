"""Two accounts of one person become one. What rooms above keep is moved by parts that they register."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts import selectors
from marketplace.accounts.blocks import forget_blocks_after_commit
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.locks import lock_users
from marketplace.accounts.models import (
    AccountMerge,
    Block,
    BlockedPerson,
    BlockKind,
    User,
    VerificationKind,
    VerificationStatus,
)
from marketplace.accounts.personal_data import Blocker, installed_model
from marketplace.accounts.services.standing import end_sessions
from marketplace.accounts.services.verification import record_verification
from marketplace.core import clock, staff_log
from marketplace.notifications import catalogue
from marketplace.notifications.models import NotificationPreference
from marketplace.notifications.services import notify, recipient_language

_IDENTITIES = (VerificationKind.REAL_NAME, VerificationKind.COMPANY)
# Second factors and sessions of the account that goes: they open nothing any more.
_ENDED = ("mfa.Authenticator", "usersessions.UserSession")


@dataclass(frozen=True)
class MovingPart:
    """Something that goes over: how much of it there is, and how it is moved. Both get the kept account first."""

    name: str | Promise
    count: Callable[[User, User], int]
    move: Callable[[User, User], int]


@dataclass(frozen=True)
class MergePlan:
    """What merging two accounts would do: what is in the way, and what moves (code → words, how many)."""

    blockers: list[Blocker]
    moves: list[tuple[str, str, int]]

    @property
    def is_possible(self) -> bool:
        """Whether nothing is in the way."""
        return not self.blockers


_parts: dict[str, MovingPart] = {}
_hindrances: dict[str, Callable[[User, User], list[Blocker]]] = {}


def register_moving_part(*, code: str, part: MovingPart) -> None:
    """Let a room above move what it keeps. The same code again replaces it."""
    _parts[code] = part


def register_hindrance(*, code: str, ask: Callable[[User, User], list[Blocker]]) -> None:
    """Let a room above say what keeps two accounts (kept, merged) from being merged."""
    _hindrances[code] = ask


def merge_plan(*, kept: User, merged: User) -> MergePlan:
    """What would happen, without doing it."""
    parts = _own_parts() | _parts
    return MergePlan(
        _blockers(kept, merged), [(code, str(part.name), part.count(kept, merged)) for code, part in parts.items()]
    )


@transaction.atomic
def merge_accounts(*, kept_id: int, merged_id: int, staff: User, reason: str, typed: str) -> AccountMerge:
    """Move the ways in and what is personal to `kept_id`; close the other account to log-in for good.

    Orders, reviews, messages and bookings stay with the account they were made with, as evidence. Both people are locked in
    the order of their keys, so that neither an order being placed nor a second merge gets in between. `typed` has to be the
    handle of the account that goes. Raises AccountError REASON_MISSING, MERGE_NOT_CONFIRMED or MERGE_BLOCKED;
    User.DoesNotExist.
    """
    if not reason.strip():
        raise AccountError(AccountErrorCode.REASON_MISSING)
    people = lock_users(kept_id, merged_id)
    kept, merged = people[kept_id], people[merged_id]
    if typed.strip() != merged.profile.handle:
        raise AccountError(AccountErrorCode.MERGE_NOT_CONFIRMED)
    if _blockers(kept, merged):
        raise AccountError(AccountErrorCode.MERGE_BLOCKED)
    before = {"kept": _standing(kept), "merged": _standing(merged)}
    moved = {code: part.move(kept, merged) for code, part in (_own_parts() | _parts).items()}
    for label in _ENDED:
        if model := installed_model(label):
            model._default_manager.filter(user_id=merged.pk).delete()
    merged.is_active = False
    merged.set_unusable_password()
    merged.save(update_fields=["is_active", "password"])
    end_sessions(user=merged)
    merge = AccountMerge.objects.create(
        kept=kept, merged=merged, by=staff, reason=reason.strip(), moved=moved, done_at=clock.now()
    )
    after = {"kept": _standing(kept), "merged": _standing(merged)}
    data = {"kept": kept.pk, "merged": merged.pk, "reason": merge.reason, "moved": moved}
    for person in (kept, merged):
        staff_log.note(actor=staff, action="person.merge", subject=person, data=data, before=before, after=after)
    with recipient_language():
        url = reverse("accounts:settings")
    words = {"name": merged.display_name}
    notify(recipient_id=kept.pk, notice=catalogue.people.ACCOUNTS_MERGED, words=words, url=url)
    return merge


def _blockers(kept: User, merged: User) -> list[Blocker]:
    found: list[Blocker] = []
    if kept.pk == merged.pk:
        return [Blocker(_("These are not two accounts."), "")]
    if selectors.is_staff_person(kept) or selectors.is_staff_person(merged):
        found.append(Blocker(_("An account of the staff is never merged."), ""))
    if not kept.is_active or not merged.is_active:
        found.append(Blocker(_("Both accounts have to be open: one is closed, closing, suspended or merged."), ""))
    if AccountMerge.objects.filter(merged__in=[kept, merged]).exists():
        found.append(Blocker(_("One of the two was merged already."), ""))
    if AccountMerge.objects.filter(kept=merged).exists():
        found.append(Blocker(_("Another account was merged into the one that would go. Keep that one instead."), ""))
    if _differ_in_identity(kept, merged):
        found.append(Blocker(_("Both were verified, as different people."), ""))
    found += selectors.closing_blockers(merged)
    for ask in _hindrances.values():
        found += ask(kept, merged)
    return found


def _differ_in_identity(kept: User, merged: User) -> bool:
    """Two checked identities that are not the same one. Numbers are compared as digests; who has none by the name."""
    ours, theirs = (
        {
            (case.kind, case.number_digest)
            for case in person.verifications.filter(kind__in=_IDENTITIES, status=VerificationStatus.APPROVED)
        }
        for person in (kept, merged)
    )
    if not ours or not theirs:
        return False
    if any(digest for _kind, digest in ours & theirs):
        return False
    names = {selectors.verified_real_name(person) for person in (kept, merged)}
    return len(names) > 1 or any(digest for _kind, digest in ours | theirs)


def _standing(person: User) -> dict[str, object]:
    """What a merge changes of an account, without contact data."""
    return {
        "may_log_in": person.is_active,
        "has_phone": bool(person.phone),
        "addresses": EmailAddress.objects.filter(user=person, verified=True).count(),
        "social_accounts": SocialAccount.objects.filter(user=person).count(),
    }


def _own_parts() -> dict[str, MovingPart]:
    return {
        "email": MovingPart(
            gettext_lazy("E-mail addresses that log in"),
            lambda _kept, merged: EmailAddress.objects.filter(user=merged, verified=True).count(),
            _move_addresses,
        ),
        "phone": MovingPart(
            gettext_lazy("Mobile number that logs in, where the kept account has none"),
            lambda kept, merged: int(bool(merged.phone) and not kept.phone),
            _move_phone,
        ),
        "social": MovingPart(
            gettext_lazy("Linked accounts of WeChat, QQ and Weibo, one of each"),
            lambda kept, merged: _free_social(kept, merged).count(),
            lambda kept, merged: _free_social(kept, merged).update(user=kept),
        ),
        "blocked": MovingPart(
            gettext_lazy("Blocked people"),
            lambda kept, merged: _other_blocked(kept, merged).count(),
            lambda kept, merged: _other_blocked(kept, merged).update(owner=kept),
        ),
        "blocks": MovingPart(
            gettext_lazy("Blocks against abuse"),
            lambda kept, merged: _other_blocks(kept, merged).count(),
            _move_blocks,
        ),
        "notices": MovingPart(
            gettext_lazy("Choices of notifications, where the kept account made none"),
            lambda kept, merged: _choices(kept, merged).count(),
            lambda kept, merged: _choices(kept, merged).update(user=kept),
        ),
    }


def _move_addresses(kept: User, merged: User) -> int:
    """Proved addresses go over as further ones; the first becomes the main one of an account without."""
    addresses = list(EmailAddress.objects.filter(user=merged, verified=True).order_by("-primary", "pk"))
    EmailAddress.objects.filter(user=merged, verified=False).delete()
    # What the person typed at the kept account and could not prove, since it was the other one's.
    unproved = EmailAddress.objects.filter(user=kept, verified=False)
    unproved.filter(email__in=[address.email for address in addresses]).delete()
    if not kept.email:
        unproved.update(primary=False)
    merged.email = ""
    merged.save(update_fields=["email"])
    for address in addresses:
        address.primary = not kept.email
        address.user = kept
        address.save(update_fields=["primary", "user"])
        if address.primary:
            kept.email = address.email
            kept.save(update_fields=["email"])
            record_verification(user=kept, kind=VerificationKind.EMAIL)
    return len(addresses)


def _move_phone(kept: User, merged: User) -> int:
    if not merged.phone or kept.phone:
        return 0
    number, merged.phone = merged.phone, None
    merged.save(update_fields=["phone"])
    kept.phone = number
    kept.save(update_fields=["phone"])
    record_verification(user=kept, kind=VerificationKind.PHONE)
    return 1


def _free_social(kept: User, merged: User) -> QuerySet[SocialAccount]:
    taken = list(SocialAccount.objects.filter(user=kept).values_list("provider", flat=True))
    return SocialAccount.objects.filter(user=merged).exclude(provider__in=taken)


def _other_blocked(kept: User, merged: User) -> QuerySet[BlockedPerson]:
    known = list(BlockedPerson.objects.filter(owner=kept).values_list("person_id", flat=True))
    return BlockedPerson.objects.filter(owner=merged).exclude(person_id__in=[*known, kept.pk])


def _other_blocks(kept: User, merged: User) -> QuerySet[Block]:
    """Nobody gets rid of a block by having the account merged; what is closed to the kept one already is closed once."""
    closed = list(_running_blocks(kept).values_list("scope", flat=True))
    return _running_blocks(merged).exclude(scope__in=closed)


def _running_blocks(person: User) -> QuerySet[Block]:
    return Block.objects.filter(kind=BlockKind.ACCOUNT, user=person, lifted_at=None, ends_at__gt=clock.now())


def _move_blocks(kept: User, merged: User) -> int:
    """What closes the same to both ends with the later of them."""
    now = clock.now()
    # One that ended by time makes room: the database allows one that was not lifted.
    Block.objects.filter(kind=BlockKind.ACCOUNT, user=kept, lifted_at=None, ends_at__lte=now).update(lifted_at=now)
    moved = _other_blocks(kept, merged).update(user=kept, value=str(kept.pk))
    for block in _running_blocks(merged):
        _running_blocks(kept).filter(scope=block.scope, ends_at__lt=block.ends_at).update(ends_at=block.ends_at)
    forget_blocks_after_commit()
    return moved


def _choices(kept: User, merged: User) -> QuerySet[NotificationPreference]:
    theirs = NotificationPreference.objects.filter(user=merged)
    return theirs.none() if NotificationPreference.objects.filter(user=kept).exists() else theirs
