"""The only place of support that takes row locks. A conversation comes before its case (docs/locking.md)."""

from marketplace.accounts import locks as account_locks
from marketplace.support.models import SupportCase


def lock_person(person_id: int) -> None:
    """Lock who asks until the transaction ends: one after the other their questions are counted."""
    account_locks.lock_user(person_id)


def lock_case(case_id: int) -> SupportCase:
    """Lock one case until the transaction ends. Raises SupportCase.DoesNotExist."""
    return SupportCase.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
