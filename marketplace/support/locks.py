"""The only place of support that takes row locks. A conversation comes before its case (docs/locking.md)."""

from marketplace.support.models import SupportCase


def lock_case(case_id: int) -> SupportCase:
    """Lock one case until the transaction ends. Raises SupportCase.DoesNotExist."""
    return SupportCase.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
