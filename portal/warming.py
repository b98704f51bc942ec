"""What the first visitors of a process would wait for, loaded before its workers are forked: they share it, too."""

from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.template import engines
from django.urls import reverse
from django.utils import translation

from marketplace.discovery.language.tokens import is_verb


def warm() -> None:
    """Look addresses, translations, our templates and the dictionary of the language up once.

    Afterwards no connection is open: each worker makes its own.
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
    connections.close_all()
    caches.close_all()
