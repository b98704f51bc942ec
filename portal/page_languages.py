"""This page in the other languages: for search engines only where it exists, for readers always a way across."""

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from marketplace.core.structured_data import absolute
from marketplace.core.templatetags.jiangji import home_url

# Django's code → what search engines and `lang` want, and the name of the language in itself.
_LANGUAGES = {"zh-hans": ("zh-Hans", "简体中文"), "en": ("en", "English")}
# Names the page that a reader came from when it is not translated; the page they land on says so.
UNTRANSLATED = "untranslated"


class Alternate(NamedTuple):
    """This page in one language."""

    code: str
    label: str
    url: str  # absolute, because `hreflang` wants it so


class OtherLanguage(NamedTuple):
    """Where a reader gets to who changes the language."""

    code: str
    label: str
    url: str
    note: str  # said beside the link when it leads to another page; else ""


class Untranslated(NamedTuple):
    """The page somebody came from, which does not exist in the language they asked for."""

    title: str
    url: str
    code: str
    language: str  # its name, in the language of now


def alternates(request: HttpRequest) -> list[Alternate]:
    """This page in every language it exists in, the default language first. Empty when it exists in only one."""
    paths = _page_paths(request)
    if len(set(paths.values())) < 2:
        return []
    return [Alternate(*_named(code), absolute(paths[code])) for code, _name in settings.LANGUAGES if code in paths]


def other_languages(request: HttpRequest) -> list[OtherLanguage]:
    """A way into each other language: to this page with its parameters, or to the nearest page that is translated."""
    current = get_language()
    return [
        OtherLanguage(*_named(code), *_across(request, code)) for code, _name in settings.LANGUAGES if code != current
    ]


def untranslated(request: HttpRequest) -> Untranslated | None:
    """What the reader left behind by changing the language; None for everybody else."""
    asked = request.GET.get(UNTRANSLATED, "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return None
    from wagtail.models import Page

    page = Page.objects.live().public().select_related("locale").filter(pk=int(asked)).first()
    if page is None or page.locale.language_code == get_language() or not page.url:
        return None
    code, _label = _named(page.locale.language_code)
    return Untranslated(page.title, page.url, code, str(dict(settings.LANGUAGES)[page.locale.language_code]))


def _named(code: str) -> tuple[str, str]:
    return _LANGUAGES.get(code, (code, str(dict(settings.LANGUAGES).get(code, code))))


def _page_paths(request: HttpRequest) -> dict[str, str]:
    page = getattr(request, "cms_page", None)
    if page is not None:
        number = page_number(request)
        return {code: path + number for code, path in page.alternates_for_search().items()}
    # The words of a search go along; a page whose parameters change nothing of what it is (a gig's) names its bare address.
    path = getattr(request, "page_path", None) or request.get_full_path()
    bare, question_mark, query = path.partition("?")
    return {
        code: _in_language(bare, code, get_language()) + question_mark + query for code, _name in settings.LANGUAGES
    }


@lru_cache(maxsize=5_000)
def _in_language(path: str, code: str, _language: str | None) -> str:
    """Django's, which goes through all patterns for each of a page's languages; by the language of now it reads the path."""
    return translate_url(path, code)


def page_number(request: HttpRequest) -> str:
    """`?page=2` where that is a page of its own, else "": an editor's page of text has one address alone."""
    number = request.GET.get("page", "")
    is_paged = getattr(getattr(request, "cms_page", None), "is_paged", True)
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return f"?page={int(number)}" if is_paged and is_number and int(number) > 1 else ""


def _across(request: HttpRequest, code: str) -> tuple[str, str]:
    """(address, note) of the way into a language."""
    parameters = request.GET
    if UNTRANSLATED in parameters:
        parameters = parameters.copy()
        parameters.pop(UNTRANSLATED)
    query = f"?{parameters.urlencode()}" if parameters else ""
    page = getattr(request, "cms_page", None)
    if page is not None:
        if path := page.alternates().get(code):
            return path + query, ""
        return _nearest(page, code)
    match = request.resolver_match
    if match is None or match.view_name == "wagtail_serve":  # no page stands here, so none can be translated
        return _home(code), ""
    return _in_language(request.path, code, get_language()) + query, ""


def _nearest(page: Any, code: str) -> tuple[str, str]:
    """The nearest page above that exists in the language, at last the home page. Not cached: the whole page is."""
    note = _("This page is not in English yet.") if code == "en" else _("This page is not in Chinese yet.")
    found = page.nearest_translation(code) or _home(code)
    return (f"{found}?{urlencode({UNTRANSLATED: page.pk})}" if page.pk else found), note


def _home(code: str) -> str:
    with override(code):
        return str(home_url())
