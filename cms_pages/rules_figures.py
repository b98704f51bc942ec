"""The figures of the rules: which settings a text quotes, what they were or will be, and putting announced ones into force.

电子商务法 §34 holds for figures as for words: a setting that a version in force quotes changes with an announced version only.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Iterator, Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue

from cms_pages import locks
from cms_pages.errors import RulesTextError, RulesTextErrorCode
from cms_pages.models import RulesText
from marketplace.core import clock, page_cache
from marketplace.core.config import DEFINITIONS, get_config, get_configs, set_config
from marketplace.core.locks import hold_settings
from marketplace.notifications.services import recipient_language

logger = logging.getLogger(__name__)
_REASON_LENGTH = 200


def settings_in(text: RulesText) -> list[str]:
    """The keys of the settings that a text quotes in either language, each once, as they come."""
    return list(dict.fromkeys(key for body in (text.body_zh, text.body_en) for key in _settings_of(body)))


def _settings_of(body: StreamValue) -> Iterator[str]:
    for block in body:
        if block.block_type == "rule":
            yield from (line["setting"] for line in block.value["lines"] if line["setting"] in DEFINITIONS)


def figures_of(text: RulesText) -> dict[str, int]:
    """The figures to show a version with, by key; what is not in it is as it is now.

    A draft and the version in force show those of now; an announced one those that will hold at its time; a replaced one
    those that held while it did; a withdrawn one what was announced.
    """
    if text.announced_at is None:
        return {}
    if text.withdrawn_at is not None:
        return {**text.figures, **text.new_figures}
    if text.is_coming or not _is_replaced(text):
        # Also those that are due and that no job has put into force yet: a minute at most.
        return coming_figures(text)
    return dict(text.figures)


def coming_figures(text: RulesText | None = None) -> dict[str, int]:
    """Announced values that are not in force yet, by key; with `text` those that come no later than it does."""
    waiting = RulesText.objects.filter(announced_at__isnull=False, withdrawn_at=None, applied_at=None)
    if text is not None:
        waiting = waiting.filter(effective_at__lte=text.effective_at if text.is_coming else clock.now())
    found: dict[str, int] = {}
    for figures in waiting.order_by("effective_at", "pk").values_list("new_figures", flat=True):
        found |= figures
    return found


def _is_replaced(text: RulesText) -> bool:
    later = RulesText.objects.filter(document=text.document, number__gt=text.number, withdrawn_at=None)
    return later.filter(effective_at__lte=clock.now()).exists()


def check_new_figures(text: RulesText, figures: Mapping[str, int]) -> dict[str, int]:
    """What a draft is to be announced with: the values given, and those that an announced version will have changed by then.

    Raises RulesTextError NOT_QUOTED, OUT_OF_BOUNDS.
    """
    quoted = settings_in(text)
    for key, value in figures.items():
        if key not in quoted:
            raise RulesTextError(RulesTextErrorCode.NOT_QUOTED, setting=key)
        definition = DEFINITIONS[key]
        if not definition.minimum <= value <= definition.maximum:
            raise RulesTextError(
                RulesTextErrorCode.OUT_OF_BOUNDS,
                setting=definition.description,
                minimum=definition.minimum,
                maximum=definition.maximum,
                unit=definition.unit,
            )
    # Should the other one be withdrawn, this one still says what its readers were told.
    return _coming_of(quoted) | dict(figures)


def _coming_of(keys: Collection[str]) -> dict[str, int]:
    return {key: value for key, value in coming_figures().items() if key in keys}


def changes_something(figures: Mapping[str, int]) -> bool:
    """Whether one of these values is another than that of now."""
    return any(get_config(key) != value for key, value in figures.items())


def digest_of_draft(text: RulesText) -> str:
    """By what a draft differs from what it was when somebody read it: its words, and the figures of now in it."""
    bodies = [list(body.raw_data) for body in (text.body_zh, text.body_en)]
    quoted = settings_in(text)
    said = [text.document, text.changes_zh, text.changes_en, bodies, get_configs(quoted), _coming_of(quoted)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def document_quoting(key: str) -> str:
    """The version in force or announced that quotes a setting, in the reader's language; empty when none does."""
    now = clock.now()
    announced = RulesText.objects.filter(announced_at__isnull=False, withdrawn_at=None).order_by("document", "-number")
    documents_in_force: set[str] = set()
    for text in announced:
        if text.document in documents_in_force:
            continue
        if text.effective_at <= now:
            documents_in_force.add(text.document)
        if key in settings_in(text):
            return _("%(document)s, version %(number)s") % {
                "document": text.get_document_display(),
                "number": text.number,
            }
    return ""


def apply_due_figures() -> int:
    """Put the figures of versions whose time has come into force; returns of how many versions. Late or twice does no harm."""
    count = 0
    while _apply_next():
        count += 1
    return count


@transaction.atomic
def _apply_next() -> bool:
    """The version that is due first, of whatever document: where two name the same setting, the later one has the last word."""
    text = locks.lock_due_text(clock.now())
    if text is None:
        return False
    hold_settings()
    # Read before anything is written: what is read in between would be kept by the cache, also if all of it is undone.
    text.figures = {**get_configs(settings_in(text)), **text.new_figures}
    before = _version_replaced_by(text)
    if before is not None:
        before.figures = get_configs(settings_in(before))
        before.save(update_fields=["figures"])
    with recipient_language():
        reason = str(text)[:_REASON_LENGTH]
    for key, value in text.new_figures.items():
        if key not in DEFINITIONS:
            logger.warning("%s names the setting %s, which is gone", reason, key)
            continue
        set_config(key=key, value=value, reason=reason, was_announced=True)
    text.applied_at = clock.now()
    text.save(update_fields=["figures", "applied_at"])
    page_cache.forget(page_cache.SITE)
    return True


def _version_replaced_by(text: RulesText) -> RulesText | None:
    earlier = RulesText.objects.filter(document=text.document, announced_at__isnull=False, withdrawn_at=None)
    return earlier.filter(number__lt=text.number).order_by("-number").first()
