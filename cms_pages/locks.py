"""Rows that are held while something is decided about them. The only place that locks."""

from datetime import datetime

from cms_pages.models import RulesText


def lock_document(document: str) -> None:
    """Hold all versions of a document: numbers and days are given one after the other."""
    list(
        RulesText.objects.select_for_update(of=("self",), no_key=True)
        .filter(document=document)
        .order_by("pk")
        .values_list("pk")
    )


def lock_text(text_id: int) -> RulesText:
    """A version, held."""
    return RulesText.objects.select_for_update(of=("self",), no_key=True).get(pk=text_id)


def lock_untold() -> RulesText | None:
    """An announced version that some members were not told of, unless another job has it."""
    waiting = RulesText.objects.filter(announced_at__isnull=False, withdrawn_at=None, told_at=None, number__gt=1)
    return waiting.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk").first()


def lock_due_text(now: datetime) -> RulesText | None:
    """The version whose figures are to be put into force first, with all others of its document."""
    due = RulesText.objects.filter(
        announced_at__isnull=False, withdrawn_at=None, applied_at=None, effective_at__lte=now
    ).order_by("effective_at", "pk")
    first = due.values_list("pk", "document").first()
    if first is None:
        return None
    lock_document(first[1])
    return due.filter(pk=first[0]).first()  # none: another job has done it, which goes on with the next one


def lock_untold_withdrawal() -> RulesText | None:
    """A withdrawn version that members were told of, and not all of them of its withdrawal, unless another job has it."""
    waiting = RulesText.objects.filter(withdrawn_at__isnull=False, told_through__gt=0, withdrawal_told_at=None)
    return waiting.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk").first()
