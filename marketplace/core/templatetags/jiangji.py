"""Tags and filters of all templates: icons, money, times, levels, stars, portraits. Built in, so no `{% load %}`."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.paginator import Page
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.utils import flatatt
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from marketplace.core import clock as business_clock
from marketplace.core import flags
from marketplace.core.client_texts import address_of_texts
from marketplace.core.money import FEN_PER_YUAN, display_money, display_yuan, yuan_text
from marketplace.core.structured_data import absolute

register = template.Library()

_HOUR = 3600
_DAY = 24 * _HOUR

# The value of SellerLevelChoice → the modifier of `.level`. Core knows the words, accounts knows what they mean.
_LEVEL_MODIFIERS = {"new": "level--new", "level_1": "", "level_2": "level--2", "top": "level--select"}

# Widgets that look like a text box; ticks, hidden values and Wagtail's own widgets keep their classes.
_BOX_WIDGETS = frozenset(
    f"django/forms/widgets/{name}.html"
    for name in (
        *("text", "number", "email", "url", "tel", "search", "color", "password", "textarea", "select", "file"),
        *("date", "datetime", "time", "clearable_file_input"),
    )
)


@register.simple_tag
def icon(name: str, modifier: str = "", label: str = "") -> SafeString:
    """A line icon of the sprite: `{% icon "search" %}`. Hidden from screen readers unless it has a `label`."""
    css_class = f"icon {modifier}".strip()
    # Not `static`, which looks through all apps for that of static files each time: a page has a hundred icons.
    sprite = staticfiles_storage.url("img/icons.svg")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#i-{}"/></svg>', css_class, label, sprite, name
        )
    return _icon_without_words(sprite, name, css_class)


@lru_cache(maxsize=512)
def _icon_without_words(sprite: str, name: str, css_class: str) -> SafeString:
    """A page has a hundred of a few dozen kinds."""
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', css_class, sprite, name)


@register.simple_tag(takes_context=True)
def feature_is_on(context: Context, key: str) -> bool:
    """Whether a feature is there for who reads this page: `{% feature_is_on "a.key" as there %}`. Not on kept pages."""
    return flags.is_on(key, user=context.get("user"))


@register.filter
def yuan(amount_fen: int | str | None) -> str:
    """Fen as yuan without the sign: 128000 → `1,280`; fen are shown when there are any. Empty for None."""
    return "" if amount_fen in (None, "") else display_yuan(int(amount_fen))


@register.filter
def yuan_exact(amount_fen: int | str | None) -> str:
    """Fen as yuan with both decimals, for statements and contracts: 128000 → `1,280.00`. Empty for None."""
    return "" if amount_fen in (None, "") else display_yuan(int(amount_fen), exact=True)


@register.filter
def money_exact(amount_fen: int | str | None) -> str:
    """Fen with the sign of the currency and both decimals, where they may be negative: -12300 → `−¥123.00`. Empty for None."""
    return "" if amount_fen in (None, "") else display_money(int(amount_fen), exact=True)


@register.simple_tag
def price(
    amount_fen: int | str | None, modifier: str = "", *, at_least: bool = False, exact: bool = False
) -> SafeString | str:
    """An amount in fen as `<data class="price">`; the style sheet draws the ¥.

    `modifier`: `large`, `plus` (an addition), `minus` (a deduction), or several with a space between.
    `at_least` adds 起, for the cheapest package; `exact` always shows fen. The minus of a negative amount goes before the ¥.
    """
    if amount_fen in (None, ""):
        return ""
    return _price(int(amount_fen), modifier, at_least, exact, get_language())


@lru_cache(maxsize=4_000)
def _price(amount_fen: int, modifier: str, at_least: bool, exact: bool, _language: str | None) -> SafeString:
    classes = " ".join(["price", *(f"price--{word}" for word in modifier.split())])
    if amount_fen < 0:
        classes = f"{classes} price--negative"
    text = display_yuan(abs(amount_fen), exact=exact)
    value = str(amount_fen // FEN_PER_YUAN) if amount_fen % FEN_PER_YUAN == 0 else yuan_text(amount_fen)
    suffix = format_html("<small>{}</small>", _("and up")) if at_least else ""
    return format_html('<data class="{}" value="{}">{}{}</data>', classes, value, text, suffix)


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _today() -> date:
    return timezone.localdate(business_clock.now())


def _calendar_day(value: date, today: date) -> str:
    """3月5日, or 2025年3月5日 in another year."""
    # Translators: date formats of Django; in Chinese n月j日 and Y年n月j日.
    pattern = _("j F") if value.year == today.year else _("j F Y")
    return date_format(value, pattern)


@register.simple_tag
def when(value: datetime | date | None) -> SafeString | str:
    """A moment as people say it (今天 14:30, 昨天, 3月5日), with the full time on hover."""
    return _said_on(value, _today(), get_language()) if value else ""


@lru_cache(maxsize=4_000)
def _said_on(value: datetime | date, today: date, _language: str | None) -> SafeString:
    if not isinstance(value, datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), _calendar_day(value, today))
    moment = _local(value)
    days_ago = (today - moment.date()).days
    if days_ago == 0:
        text = _("today %(time)s") % {"time": moment.strftime("%H:%M")}
    elif days_ago == 1:
        text = _("yesterday")
    else:
        text = _calendar_day(moment.date(), today)
    full = f"{moment:%Y-%m-%d %H:%M}"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(timespec="seconds"), full, text)


@register.filter
def deadline(value: datetime | None) -> str:
    """The clock time of a deadline: 今天 18:00, 明天 9:30 or 12月5日 14:30. Goes before what is left of it."""
    if not value:
        return ""
    moment = _local(value)
    clock = moment.strftime("%H:%M")
    days_ahead = (moment.date() - _today()).days
    if days_ahead == 0:
        return _("today %(time)s") % {"time": clock}
    if days_ahead == 1:
        return _("tomorrow %(time)s") % {"time": clock}
    return _("%(day)s, %(time)s") % {"day": _calendar_day(moment.date(), _today()), "time": clock}


def _duration(seconds: int) -> str:
    """The two largest units of a length of time: 2天3小时, 3小时20分钟, 12分钟."""
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // 60
    if days:
        if not hours:
            return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        if not minutes:
            return ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours}
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("less than a minute")


@register.filter
def time_left(value: datetime | None) -> str:
    """What remains until a moment: 还剩2天3小时; afterwards how long it has passed: 已过2小时."""
    if not value:
        return ""
    seconds = int((value - business_clock.now()).total_seconds())
    if seconds >= 0:
        return _("%(duration)s left") % {"duration": _duration(seconds)}
    return _("%(duration)s overdue") % {"duration": _duration(-seconds)}


@register.filter
def duration(value: timedelta | int | None) -> str:
    """A length of time (a timedelta or seconds) in its two largest units: 38分钟, 2天3小时."""
    if value is None or value == "":
        return ""
    return _duration(int(value.total_seconds() if isinstance(value, timedelta) else value))


@register.simple_tag
def clock(value: datetime | None) -> SafeString | str:
    """`time_left` as an element that clock.js keeps true; without script it shows what was left at loading."""
    if not value:
        return ""
    moment = _local(value).isoformat(timespec="seconds")
    return format_html('<time datetime="{}" data-deadline="{}">{}</time>', moment, moment, time_left(value))


@register.simple_tag
def client_texts() -> str:
    """The address of the sentences that scripts compose themselves, in the language of the page (core/client_texts.py)."""
    return address_of_texts(get_language() or settings.LANGUAGE_CODE)


def _level_name(value: str) -> str:
    return {
        "new": pgettext("seller level", "New"),
        "level_1": _("Level 1"),
        "level_2": _("Level 2"),
        "top": pgettext("seller level", "Select"),
    }[value]


@register.simple_tag
def level(value: str | None) -> SafeString | str:
    """The badge of a seller level (a SellerLevelChoice value); nothing for an unknown one."""
    if value not in _LEVEL_MODIFIERS:
        return ""
    classes = f"level {_LEVEL_MODIFIERS[value]}".strip()
    return format_html('<span class="{}">{}</span>', classes, _level_name(value))


@register.simple_tag
def stars(rating: Decimal | float | None) -> SafeString | str:
    """Five stars filled to `rating` (0 to 5): a native progress element, so that no inline style is needed."""
    if rating in (None, ""):
        return ""
    shown = f"{Decimal(str(rating)):.1f}".removesuffix(".0")
    label = _("%(rating)s out of 5") % {"rating": shown}
    return format_html('<progress class="stars" max="5" value="{}" aria-label="{}"></progress>', shown, label)


@register.simple_tag
def avatar(picture: object, name: str = "", size: str = "") -> SafeString:
    """A portrait, or the first character of the name, which stands beside it.

    `picture`: an address or an image field, either may be empty. `size`: empty (44 px), `small` or `large`.
    """
    # An empty image field has no `url` to ask for: it raises ValueError.
    url = getattr(picture, "url", picture) if picture else ""
    classes = f"avatar avatar--{size}" if size else "avatar"
    if url:
        pixels = {"small": 22, "large": 72}.get(size, 44)
        # On a slow phone the portraits of a list would come before its style sheets and the first cover.
        image = '<img class="{}" src="{}" alt="" width="{}" height="{}" loading="lazy">'
        return format_html(image, classes, url, pixels, pixels)
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, (name.strip() or "匠")[0].upper())


@register.simple_tag
def widget_attributes(widget: dict) -> SafeString:
    """The attributes of a form widget; what looks like a text box gets the class `input` besides its own."""
    attributes = dict(widget.get("attrs", {}))
    if widget.get("template_name") in _BOX_WIDGETS:
        attributes["class"] = f"input {attributes.get('class', '')}".strip()
    return flatatt(attributes)


@register.simple_tag(takes_context=True)
def current_if(context: Context, url: str, *, below: bool = False) -> SafeString | str:
    """` aria-current="page"` when the request is for `url`, or with `below` for anything under it."""
    request = context.get("request")
    if not url or request is None:
        return ""
    here = request.path == url or (below and request.path.startswith(url))
    return format_html(' aria-current="{}"', "page" if request.path == url else "true") if here else ""


class Current(NamedTuple):
    """The entry of a row of links that stands for the page."""

    url: str
    mark: SafeString | str


@register.simple_tag(takes_context=True)
def current_among(context: Context, entries: Iterable[Any]) -> Current:
    """The entry (with its `url`) on whose page, or below it, the request is, and `current_if`'s attribute; else both empty."""
    marked = ((entry.url, current_if(context, entry.url, below=True)) for entry in entries)
    return next((Current(url, mark) for url, mark in marked if mark), Current("", ""))


@register.simple_tag
def lang_of(code: str) -> SafeString | str:
    """The attribute ` lang="…"` for words in a language (Django's code) that is not the page's; else nothing."""
    if not code or code == get_language():
        return ""
    return format_html(' lang="{}"', {"zh-hans": "zh-Hans"}.get(code, code))


@register.simple_tag
def home_url() -> str:
    """The home page in the active language: `/` or `/en/`. It is a CMS page, so it has no URL name."""
    language = get_language() or settings.LANGUAGE_CODE
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


@register.filter
def page_numbers(page: Page) -> list[int | None]:
    """The page numbers to show: ends, the current page and its neighbours; None stands for a gap."""
    last = page.paginator.num_pages
    kept = sorted({1, last, *range(max(1, page.number - 1), min(last, page.number + 1) + 1)})
    numbers: list[int | None] = []
    for number in kept:
        if numbers and number - (numbers[-1] or 0) == 2:
            numbers.append(number - 1)  # a gap of one page is that page
        elif numbers and number - (numbers[-1] or 0) > 2:
            numbers.append(None)
        numbers.append(number)
    return numbers


@register.filter
def file_kind(name: str) -> str:
    """The ending of a file name as a label: `终稿.psd` → `PSD`, at most four letters."""
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending[:4].upper() or "?"


@register.filter
def absolute_url(path: str) -> str:
    """An address as machines elsewhere need it: `{{ picture.url|absolute_url }}`. Empty stays empty."""
    return absolute(path or "")


# As django.utils.html.json_script: nothing that people typed can end the element or open another.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def json_ld(data: dict[str, Any]) -> SafeString | str:
    """`data` as an application/ld+json block: data to search engines, never run, so the CSP lets it stand."""
    if not data:
        return ""
    encoded = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(encoded))  # noqa: S308 escaped above
