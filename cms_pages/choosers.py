"""Blocks that choose a page, a picture or a snippet, as Wagtail's: but visitors are given what was read before.

Wagtail reads what each block of a page has chosen with `in_bulk`: a query a block, and one for nobody is put together where an
optional choice is empty. Migrations know them by Wagtail's names, for the database is the same.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any

from django.db.models import Model
from wagtail.blocks import ChooserBlock
from wagtail.blocks import PageChooserBlock as WagtailPageChooserBlock
from wagtail.images.blocks import ImageChooserBlock as WagtailImageChooserBlock
from wagtail.images.models import AbstractImage
from wagtail.models import Page
from wagtail.snippets.blocks import SnippetChooserBlock as WagtailSnippetChooserBlock

from marketplace.core import one_page, page_cache
from marketplace.core.remembered import columns_of, remember_each
from marketplace.gigs.models import GigCategory

# What stands on any page: `site` is forgotten when one of them changes (forgetting.py).
_REMEMBERED: tuple[type[Model], ...] = (Page, AbstractImage, GigCategory)


class _OnlyChosen(ChooserBlock):
    def bulk_to_python(self, values: Iterable[Any]) -> list[Any]:
        """What was chosen, in the same order and each an object of its own; None stays None."""
        keys = list(values)
        found = self._chosen({key for key in keys if key is not None})
        return [self._own(found, keys, place) for place in range(len(keys))]

    @staticmethod
    def _own(found: dict[Any, Any], keys: list[Any], place: int) -> Any:
        key = keys[place]
        return copy(found[key]) if key in found and key in keys[:place] else found.get(key)

    def _chosen(self, keys: set[Any]) -> dict[Any, Any]:
        """From the cache for visitors; editors choose among what stands in the database, drafts of it too."""
        read: Callable[[Sequence[Any]], dict[Any, Any]] = self.model_class.objects.in_bulk
        if not keys:
            return {}
        if not one_page.is_for_visitors() or not issubclass(self.model_class, _REMEMBERED):
            return read(list(keys))
        columns = columns_of(self.model_class)
        names = {key: f"cms:chosen:{columns}:{key}" for key in keys}
        return remember_each(names, read, tags_of=lambda _key, _row: (page_cache.SITE,))


class PageChooserBlock(_OnlyChosen, WagtailPageChooserBlock):
    """A page."""


class ImageChooserBlock(_OnlyChosen, WagtailImageChooserBlock):
    """A picture of the library."""


class SnippetChooserBlock(_OnlyChosen, WagtailSnippetChooserBlock):
    """A service, a category, a film, a coupon."""


# Wagtail's own way to say under which name migrations know a block.
DECONSTRUCT_ALIASES = {
    PageChooserBlock: "wagtail.blocks.PageChooserBlock",
    ImageChooserBlock: "wagtail.images.blocks.ImageChooserBlock",
    SnippetChooserBlock: "wagtail.snippets.blocks.SnippetChooserBlock",
}
