"""The screen on which somebody agrees. HTML from `string.Template` files: every value is escaped unless it is `Html`."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from .people import LONGEST_NAME, PERSONAS, Person

HERE = Path(__file__).resolve().parent

# No form-action: Chromium applies it to the redirect afterwards too, which leads to the portal.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


@dataclass(frozen=True)
class House:
    """How a house's screen looks."""

    id: str
    title: str
    hint: str


@cache
def _template(name: str) -> Template:
    return Template((HERE / "templates" / name).read_text(encoding="utf-8"))


def _fragment(name: str, **values: object) -> Html:
    return Html(
        _template(name).substitute(
            {key: value if isinstance(value, Html) else html.escape(str(value)) for key, value in values.items()}
        )
    )


def _page(request: Request, house: House, content: Html, *, status: int = 200) -> HTMLResponse:
    root = request.scope.get("root_path", "").removesuffix(f"/{house.id}")
    body = _fragment("base.html", root=root, house=house.id, title=house.title, content=content)
    return HTMLResponse(body, status_code=status, headers=HEADERS)


def consent_page(request: Request, house: House, *, site: str) -> Response:
    """Who are you, and may they know?"""
    choices = Html(
        "\n".join(
            _fragment("persona.html", person=name, checked=Html(" checked" if index == 0 else ""))
            for index, name in enumerate(PERSONAS)
        )
    )
    content = _fragment("consent.html", title=house.title, hint=house.hint, site=site, choices=choices)
    return _page(request, house, content)


def message_page(request: Request, house: House, text: str, *, status: int = 400) -> Response:
    """One sentence, where something is wrong with the question itself."""
    return _page(request, house, _fragment("message.html", title=house.title, text=text), status=status)


def chosen_person(form: FormData) -> Person:
    """The name that was typed, else the one that was picked."""
    typed = str(form.get("nickname", "")).strip()[:LONGEST_NAME]
    return Person(typed or str(form.get("persona", PERSONAS[0])))


def is_foreign(request: Request) -> bool:
    """Whether another site's page sent this form. Programs send no such header and pass."""
    return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def may_return(target: str, hosts: frozenset[str]) -> bool:
    """Whether a callback is on a host that was registered."""
    parts = urlsplit(target)
    return parts.scheme in ("http", "https") and parts.hostname in hosts


def back(target: str, **answer: str) -> RedirectResponse:
    """Send the browser back with an answer."""
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}", status_code=302)
