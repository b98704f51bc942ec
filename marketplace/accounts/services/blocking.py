"""Who may not write to, or buy from, whom."""

from functools import partial

from django.db import transaction

from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import BlockedPerson, User
from marketplace.accounts.selectors import is_staff_person
from marketplace.core import live


def block_person(*, owner: User, person: User) -> BlockedPerson:
    """Keep somebody from writing to `owner` and from ordering from them. Running orders go on. Safe to repeat.

    Raises AccountError ONESELF, or BLOCKING_STAFF: who speaks for the platform cannot be kept out.
    """
    if owner.pk == person.pk:
        raise AccountError(AccountErrorCode.ONESELF)
    if is_staff_person(person):
        raise AccountError(AccountErrorCode.BLOCKING_STAFF)
    blocked, _created = BlockedPerson.objects.get_or_create(owner=owner, person=person)
    _tell_windows(owner, person)
    return blocked


def unblock_person(*, owner: User, person: User) -> None:
    """Let somebody write and order again. Safe to repeat."""
    BlockedPerson.objects.filter(owner=owner, person=person).delete()
    _tell_windows(owner, person)


def _tell_windows(*people: User) -> None:
    """What the two are shown of each other has changed: their open windows are looked at again, after the commit."""
    transaction.on_commit(partial(live.publish_all, [(live.CHECK, person.pk, None) for person in people]))
