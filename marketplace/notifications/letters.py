"""Mails in our design: one template for all, its styles written into the elements, nothing that a mail program has to fetch."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from marketplace.notifications.models import Notification

Letter = EmailMultiAlternatives
# The look is the site's (static/css/tokens.css): by daylight in each element, since mail programs know no variables; by night in
# the one style sheet that stays, for those that ask for it.
_STYLES, _BY_NIGHT = "notifications/mail/letter.css", "notifications/mail/dark.css"
# Of ASCII alone, without quotes and brackets, and without what ends a sentence.
_ADDRESS = re.compile(r"(https?://[!#-&(-;=?-~]*[/\w=&-])", re.ASCII)


@dataclass(frozen=True)
class Item:
    """One thing that is told: what, what it means, where to read on, when."""

    title: str
    body: str
    url: str = ""
    at: datetime | None = None


def letter(
    *,
    subject: str,
    to: str,
    items: Sequence[Item],
    choices_url: str = "",
    stop_url: str = "",
    stop_words: str = "",
    headers: Mapping[str, str] | None = None,
) -> Letter:
    """A mail with these items, in the language of now. `stop_url` is where mails like it can be stopped."""
    context = {
        "subject": subject,
        "items": items,
        "choices_url": choices_url,
        "stop_url": stop_url,
        "stop_words": stop_words,
        "site_url": settings.SITE_URL,
        "language": get_language() or settings.LANGUAGE_CODE,
    }
    text = render_to_string("notifications/mail/letter.txt", context).strip() + "\n"
    mail = EmailMultiAlternatives(_one_line(subject), text, to=[to], headers=dict(headers or {}))
    mail.attach_alternative(_inlined(render_to_string("notifications/mail/letter.html", context)), "text/html")
    return mail


def text_letter(*, subject: str, text: str, to: str) -> Letter:
    """A mail whose words a room has written itself: the text as it is, and the same in our design."""
    return dressed(EmailMultiAlternatives(_one_line(subject), text.strip() + "\n", to=[to]))


def dressed(mail: Letter) -> Letter:
    """A mail of plain text, with the same in our design beside it."""
    context = {
        "subject": mail.subject,
        "text": _linked(str(mail.body).strip()),
        "site_url": settings.SITE_URL,
        "language": get_language() or settings.LANGUAGE_CODE,
    }
    mail.attach_alternative(_inlined(render_to_string("notifications/mail/text.html", context)), "text/html")
    return mail


def address(path: str) -> str:
    """The whole address of a page of ours."""
    return settings.SITE_URL + path if path.startswith("/") else path


def open_address(line: Notification) -> str:
    """Where a line is opened: it is read then, and leads on to what it is about."""
    return address(reverse("notifications:open", args=[line.pk])) if line.url else ""


def _linked(text: str) -> SafeString:
    """The text with its addresses as links. Chinese puts them right after a full stop or a colon, where `urlize` sees none."""
    parts = [
        format_html('<a href="{0}">{0}</a>' if _ADDRESS.fullmatch(part) else "{}", part)
        for part in _ADDRESS.split(text)
    ]
    return format_html_join("", "{}", ((part,) for part in parts))


def _one_line(subject: str) -> str:
    return " ".join(subject.split())


def _inlined(html: str) -> str:
    styles = render_to_string(_STYLES)
    inlined = css_inline.inline(html, extra_css=styles, load_remote_stylesheets=False, keep_style_tags=False)
    return inlined.replace("</head>", f"<style>{render_to_string(_BY_NIGHT).strip()}</style></head>", 1)
