"""Pages in the other language, on top of wagtail-localize: who may put a translation live, and how it follows its source.

wagtail-localize keeps the texts of a page (TranslationSource) and what each is in another language (Translation). It knows
no workflow: here a translation goes to the editors as any page does, and nothing goes live half in the other language.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from cms_pages.checklist import stops_publishing
from cms_pages.errors import TranslationError, TranslationErrorCode
from marketplace.accounts.models import User


@dataclass(frozen=True)
class TranslationState:
    """How far a translation is."""

    total: int  # texts of the source
    done: int  # those that are translated
    is_live: bool
    is_waiting: bool  # with the editors
    is_newer: bool  # something was translated, or changed in the source, after it last went live

    @property
    def missing(self) -> int:
        """How many texts are still to be translated."""
        return self.total - self.done

    @property
    def is_outdated(self) -> bool:
        """What is live says something else than the source does by now."""
        return self.is_live and (self.missing > 0 or self.is_newer)


def translation_state(translation: Translation) -> TranslationState:
    """How far a translation of a page is. Four queries."""
    total, done = translation.get_progress()
    page = _page_of(translation)
    return TranslationState(
        total=total,
        done=done,
        is_live=page.live,
        is_waiting=page.workflow_in_progress,
        is_newer=_is_newer(translation, page),
    )


def _is_newer(translation: Translation, page: Page) -> bool:
    live_since = page.last_published_at
    if live_since is None:
        return False
    texts = StringTranslation.objects.filter(
        context__object_id=translation.source.object_id, locale=translation.target_locale, updated_at__gt=live_since
    )
    return translation.source.last_updated_at > live_since or texts.exists()


def _page_of(translation: Translation) -> Page:
    return translation.get_target_instance().specific


def require_whole(translation: Translation) -> Page:
    """The translated page as its texts make it now, not saved.

    Raises TranslationError NOT_WHOLE (`count`: texts that are missing) or STOPPED (`findings`: of the checklist).
    """
    total, done = translation.get_progress()
    if done < total:
        raise TranslationError(TranslationErrorCode.NOT_WHOLE, count=total - done)
    page = translation.source.get_ephemeral_translated_instance(translation.target_locale, fallback=True)
    if findings := stops_publishing(page):
        raise TranslationError(
            TranslationErrorCode.STOPPED, findings=" ".join(str(finding.message) for finding in findings)
        )
    return page


@transaction.atomic
def submit_translation(*, translation: Translation, user: User) -> Page:
    """Hand a translation to the editors, as the workflow of its place has it. The live page stays as it is.

    Raises TranslationError NOT_WHOLE, STOPPED, or WAITING when the editors have it already.
    """
    if _page_of(translation).workflow_in_progress:
        raise TranslationError(TranslationErrorCode.WAITING)
    page = require_whole(translation)
    # Not `save_target`: that writes the row, which is what visitors see of a page that is live.
    page.save_revision(user=user)
    page.get_workflow().start(page, user)
    return page


def require_live_source(page: Page) -> None:
    """Raises TranslationError SOURCE_NOT_LIVE: wagtail-localize reads the row, which is old for a draft."""
    if not page.live:
        raise TranslationError(TranslationErrorCode.SOURCE_NOT_LIVE)


def follow_source(page: Page) -> None:
    """A page went live: its translators see its texts as they are now. Nothing for a page that is not translated."""
    source = TranslationSource.objects.get_for_instance_or_none(page)
    if source is not None and source.translations.filter(enabled=True).exists():
        fill_left_out(page.specific)
        source.update_from_db()


def fill_left_out(page: Page) -> None:
    """Save the page with "" where its blocks leave a text out: wagtail-localize takes no None.

    The editor's form leaves none; pages made in code do, and those stored before a block got another field.
    """
    streams = [
        (field.name, getattr(page, field.name)) for field in page._meta.get_fields() if isinstance(field, StreamField)
    ]
    if _any_of_all([_fill(stream.stream_block, stream) for _name, stream in streams]):
        page.save(update_fields=[name for name, _stream in streams])


def _fill(block: blocks.Block, value: Any) -> bool:
    """Whether something was filled in, in place."""
    if isinstance(block, blocks.StreamBlock):
        return _any_of_all([_fill(child.block, child.value) for child in value])
    if isinstance(block, blocks.ListBlock):
        return _any_of_all([_fill(block.child_block, item) for item in value])
    if not isinstance(block, blocks.StructBlock) or not isinstance(value, blocks.StructValue):
        return False
    left_out = [
        name
        for name, child in block.child_blocks.items()
        if value.get(name) is None and isinstance(child, blocks.CharBlock | blocks.TextBlock)
    ]
    value.update(dict.fromkeys(left_out, ""))
    return _any_of_all([bool(left_out), *(_fill(child, value.get(name)) for name, child in block.child_blocks.items())])


def _any_of_all(results: list[bool]) -> bool:
    """Whether any is true, after each was done: `any` over a generator would stop at the first."""
    return any(results)
