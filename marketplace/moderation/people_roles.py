"""Roles of the staff, given and taken back by people: with a reason, a line in the log, and the end of all sessions."""

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import pgettext

from marketplace.accounts.locks import lock_user
from marketplace.accounts.models import User
from marketplace.accounts.services.standing import end_sessions
from marketplace.core import staff_log
from marketplace.moderation.errors import PeopleError, PeopleErrorCode
from marketplace.moderation.locks import lock_role
from marketplace.moderation.people_forms import ROLE_NAMES
from marketplace.moderation.roles import ADMINISTRATOR, FINANCE, GIVEN_ROLES
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language

PERMISSION = "accounts.change_roles"
# Who has one of these moves money or gives roles: that somebody has it now, no administrator learns by chance.
_TOLD_TO_ALL = (ADMINISTRATOR, FINANCE)


def may_make_administrators(staff: User) -> bool:
    """Whether this person may give and take the administrator's role."""
    return staff.is_superuser or staff.groups.filter(name=ADMINISTRATOR).exists()


@transaction.atomic
def change_roles(*, user_id: int, staff: User, roles: Collection[str], reason: str, typed: str = "") -> list[str]:
    """Let somebody have exactly these of GIVEN_ROLES; groups that are no roles stay. Returns what they have now.

    Their sessions end, and they are told; so is every administrator of a new administrator or somebody new in finance. Where
    the administrator's role is given or taken, `typed` has to be their handle.
    Raises PeopleError WHY_MISSING, OWN_ROLES, ROLE_UNKNOWN, ADMINISTRATOR_ONLY, NOT_CONFIRMED or LAST_ADMINISTRATOR.
    """
    if not reason.strip():
        raise PeopleError(PeopleErrorCode.WHY_MISSING)
    if user_id == staff.pk:
        raise PeopleError(PeopleErrorCode.OWN_ROLES)
    # The role first: two who take the last two administrators' roles at once go one after the other.
    lock_role(ADMINISTRATOR)
    person = lock_user(user_id)
    wanted = set(roles)
    has = set(person.groups.filter(name__in=GIVEN_ROLES).values_list("name", flat=True))
    # A role whose group is not there (yet) would be told and noted as given, and give nothing.
    known = set(Group.objects.filter(name__in=GIVEN_ROLES).values_list("name", flat=True))
    if wanted - known or (wanted - has and not person.is_active):
        raise PeopleError(PeopleErrorCode.ROLE_UNKNOWN)
    if has == wanted:
        return sorted(has)
    if ADMINISTRATOR in has ^ wanted:
        _require_administrator(staff, person, typed, is_taken=ADMINISTRATOR in has)
    person.groups.remove(*Group.objects.filter(name__in=has - wanted))
    person.groups.add(*Group.objects.filter(name__in=wanted - has))
    end_sessions(user=person)
    staff_log.note(
        actor=staff,
        action="person.roles",
        subject=person,
        data={"reason": reason.strip()},
        before={"roles": sorted(has)},
        after={"roles": sorted(wanted)},
    )
    with recipient_language():
        address = reverse("accounts:settings")
    notify(recipient_id=person.pk, notice=catalogue.people.ROLES_CHANGED, words={"reason": reason.strip()}, url=address)
    _tell_administrators(person, staff, wanted - has, reason.strip())
    return sorted(wanted)


def _tell_administrators(person: User, staff: User, given: set[str], reason: str) -> None:
    new = [role for role in _TOLD_TO_ALL if role in given]
    if not new:
        return
    administrators = User.objects.filter(Q(groups__name=ADMINISTRATOR) | Q(is_superuser=True), is_active=True)
    with recipient_language():
        names = dict(ROLE_NAMES)
        address = reverse("people_person", args=[person.pk])
        words = {
            "person": person.display_name,
            "roles": pgettext("list", ", ").join(str(names[role]) for role in new),
            "staff": staff.display_name,
            "reason": reason,
        }
    for key in sorted(set(administrators.exclude(pk=person.pk).values_list("pk", flat=True))):
        notify(recipient_id=key, notice=catalogue.staff.ROLE_GIVEN, words=words, url=address)


def _require_administrator(staff: User, person: User, typed: str, *, is_taken: bool) -> None:
    if not may_make_administrators(staff):
        raise PeopleError(PeopleErrorCode.ADMINISTRATOR_ONLY)
    if typed.strip() != person.profile.handle:
        raise PeopleError(PeopleErrorCode.NOT_CONFIRMED)
    others = User.objects.filter(is_active=True, groups__name=ADMINISTRATOR).exclude(pk=person.pk)
    if is_taken and not others.exists():
        raise PeopleError(PeopleErrorCode.LAST_ADMINISTRATOR)
