"""The ways into other languages, which stand on every page three times: written here, since a template takes ten times as long.

Built in like the tags of jiangji.py. What is given comes from portal/page_languages.py.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from marketplace.core.templatetags.jiangji import icon

register = template.Library()

# Those of the addresses asked for last, half a KB each.
_MOST_LINKS = 2_000


class Language(Protocol):
    """This page, or the nearest that is translated, in another language."""

    code: str
    label: str
    url: str


class OtherLanguage(Language, Protocol):
    """A way there; `note` says that it leads to another page, "" when this one is translated."""

    note: str


@register.simple_tag
def language_link(
    other: OtherLanguage, css_class: str = "", *, with_icon: bool = False, shows_note: bool = False
) -> SafeString:
    """A link into another language: `{% language_link other "button" with_icon=True %}`.

    Its note is seen with `shows_note`, else read out and shown on pointing.
    """
    return _link(other.code, other.label, other.url, other.note, css_class, with_icon, shows_note)


@lru_cache(maxsize=_MOST_LINKS)
def _link(code: str, label: str, url: str, note: str, css_class: str, with_icon: bool, shows_note: bool) -> SafeString:
    attributes: dict[str, str] = {"class": css_class} if css_class else {}
    attributes |= {"href": url, "hreflang": code}
    if note:
        attributes |= {"rel": "nofollow", "title": note}
    said = format_html("<span{}> · {}</span>", _hidden(not shows_note), note) if note else ""
    globe = icon("globe") if with_icon else ""
    return format_html('<a{}>{}<span lang="{}">{}</span>{}</a>', flatatt(attributes), globe, code, label, said)


def _hidden(is_hidden: bool) -> SafeString:
    return flatatt({"class": "visually-hidden"} if is_hidden else {})


@register.simple_tag
def language_offers(others: Iterable[OtherLanguage]) -> SafeString:
    """This page in the languages that it has, each in its own words: language-offer.js offers one to whose browser prefers it.

    Kept pages hold them for everybody.
    """
    return format_html_join("", "{}", ((_offer(other.code, other.url),) for other in others if not other.note))


@lru_cache(maxsize=_MOST_LINKS)
def _offer(code: str, url: str) -> SafeString:
    words, stay = _words_of_offer(code)
    return format_html(
        '<template data-language-offer="{code}"><div class="toast language-offer" lang="{code}" role="status"'
        ' data-toast="info" data-toast-stays>{globe}<a href="{url}" hreflang="{code}">{words}</a>'
        '<button type="button" data-dismiss data-language-stay aria-label="{stay}">{cross}</button></div></template>',
        **{"code": code, "url": url, "words": words, "stay": stay, "globe": icon("globe"), "cross": icon("x")},
    )


@lru_cache
def _words_of_offer(code: str) -> tuple[str, str]:
    with override(code.lower()):
        offered = pgettext("offered in the language itself: name that one", "Read this page in English")
        return offered, _("Stay with the page as it is")


@register.simple_tag
def alternate_links(alternates: Iterable[Language]) -> SafeString:
    """For search engines: this page in every language it has. The first, the default one, is for whoever reads none of them."""
    named = [(one.code, one.url) for one in alternates]
    named[1:1] = [("x-default", url) for _code, url in named[:1]]
    return format_html_join("", '<link rel="alternate" hreflang="{}" href="{}">', named)
