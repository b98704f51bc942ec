"""What is made of what editors wrote, and of nothing else of the page: made once a minute for the same content."""

import json
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


def made_once(kind: str, content: object, make: Callable[[], Made]) -> Made:
    """What `make` returns for `content`, which JSON can say, in the reader's language.

    Known by its content, so that a draft has nothing of what is published. It is made anew when something that it shows has
    changed, or anything that stands on every page (pages it leads to, pictures, categories, figures of the rules), and after a
    minute. Editors and previews have it made anew each time, as has a transaction, which sees what nobody else does yet, and
    who edits templates.
    """
    if settings.DEBUG or connection.in_atomic_block or not one_page.is_for_visitors():
        return make()

    def read() -> Made:
        page_cache.shows(page_cache.SITE)
        return make()

    known_by = json.dumps([of_static_files(), str(clock.ahead()), get_language(), content], cls=DjangoJSONEncoder)
    digest = blake2b(known_by.encode(), digest_size=16).hexdigest()
    return remember(f"cms:{kind}:{digest}", read, seconds=page_cache.FRESH_SECONDS)
