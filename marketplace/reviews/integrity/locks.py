"""The locks of integrity cases: the case first, then its reviews, then the figures of each seller by key (docs/integrity.md)."""

from django.db import connection

from marketplace.reviews.models import CaseStatus, IntegrityCase


def lock_case(case_id: int) -> IntegrityCase:
    """Lock one case until the transaction ends. Raises IntegrityCase.DoesNotExist."""
    return IntegrityCase.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)


def lock_open_cases(member_ids: list[int]) -> list[IntegrityCase]:
    """Lock the open cases that any of these accounts is in, oldest first."""
    # Not by a join: which rows of it the lock means is easier read this way, and a case is met once.
    inside = IntegrityCase.objects.filter(status=CaseStatus.OPEN, members__user__in=member_ids).values("pk")
    locked = IntegrityCase.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=inside).order_by("pk")
    return [case for case in locked if case.status == CaseStatus.OPEN]


def hold_search() -> bool:
    """Whether nobody else looks for cases right now; until the transaction ends nobody else will."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('reviews.integrity.search', 0))")
        return bool(cursor.fetchone()[0])
