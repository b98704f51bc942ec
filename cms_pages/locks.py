"""Rows that are held while something is decided about them. The only place that locks."""

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
