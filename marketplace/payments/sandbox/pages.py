"""HTML from `string.Template` files: every value is escaped unless it is `Html` already."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse

HERE = Path(__file__).resolve().parent

# No form-action: Chromium applies it to the redirect after a payment too, which leads to the merchant's own site.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


@cache
def _template(name: str) -> Template:
    return Template((HERE / "templates" / name).read_text(encoding="utf-8"))


def fragment(name: str, **values: object) -> Html:
    """Fill one template file."""
    return Html(_template(name).substitute({key: _escaped(value) for key, value in values.items()}))


def _escaped(value: object) -> str:
    return value if isinstance(value, Html) else html.escape(str(value))


def joined(parts: list[Html]) -> Html:
    """Put fragments one after another."""
    return Html("\n".join(parts))


def page(title: str, content: Html, *, status: int = 200, layout: str = "narrow") -> HTMLResponse:
    """Return a whole page; `layout` is `narrow` (the cashier) or `wide` (the panel)."""
    return HTMLResponse(
        fragment("base.html", title=title, content=content, layout=layout), status_code=status, headers=HEADERS
    )


def error_page(code: str, reason: str, *, status: int = 200) -> HTMLResponse:
    """Return what the buyer's browser sees when a payment request is turned away. Alipay answers 200 here too."""
    return page("无法付款", fragment("error.html", code=code, reason=reason), status=status)


def message_page(title: str, text: str, *, status: int) -> HTMLResponse:
    """Return a short page that says one thing."""
    return page(title, fragment("message.html", title=title, text=text), status=status)
