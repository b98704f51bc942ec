"""What the first visitors of a process would wait for, loaded before its workers are forked: they share it, too."""

import logging
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connections
from django.template import engines
from django.urls import reverse
from django.utils import translation

from marketplace.discovery.language.lexicon import current_lexicon
from marketplace.discovery.language.tokens import is_verb

logger = logging.getLogger(__name__)


def warm() -> None:
    """Look addresses, translations, our templates, the dictionary of the language and the catalogue's words up once.

    Afterwards no connection is open: each worker makes its own. Where the database is away they begin all the same.
    """
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("Home")
            reverse("account_login")
    is_verb("安装")  # loads the dictionary of the language
    for folder in engines["django"].dirs:
        for file in sorted(Path(folder).rglob("*.html")):
            if "admin" not in file.parts:
                engines["django"].get_template(str(file.relative_to(folder)))
    try:
        current_lexicon()  # or each worker would build it in its first search, a second during which it answers nobody
    except DatabaseError as error:
        logger.warning("The words of the catalogue are read with the first search: %s", error)
    connections.close_all()
    caches.close_all()
