"""What is the same for everybody who reads it in one language, made once a minute: drawn parts of pages above all."""

from collections.abc import Callable
from hashlib import blake2b
from typing import TypeVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.translation import get_language

from marketplace.core import clock, one_page, page_cache
from marketplace.core.releases import of_static_files
from marketplace.core.remembered import remember

Made = TypeVar("Made")

_ENCODER = DjangoJSONEncoder()


def made_once(name: str, make: Callable[[], Made], *, known_by: object = None) -> Made:
    """What `make` returns, in the reader's language, under this name and with what else it is `known_by`, which JSON can say.

    It is made anew when something that it shows has changed, or anything that stands on every page (pages it leads to,
    pictures, categories, figures of the rules), and after a minute. Editors and previews have it made anew each time, as has a
    transaction, which sees what nobody else does yet, and who edits templates. `make` must not go by who reads.
    """
    if settings.DEBUG or connection.in_atomic_block or not one_page.is_for_visitors():
        return make()

    def read() -> Made:
        page_cache.shows(page_cache.SITE)
        return make()

    told = _ENCODER.encode([of_static_files(), str(clock.ahead()), get_language(), known_by])
    digest = blake2b(told.encode(), digest_size=16).hexdigest()
    return remember(f"made_once:{name}:{digest}", read, seconds=page_cache.FRESH_SECONDS)
