"""Papers as PDF: WeasyPrint, from a template, in a worker. A paper is whole in itself and asks for nothing from elsewhere."""

from typing import NoReturn

from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher


class NothingFromElsewhere(URLFetcher):
    """What people typed can name no address that we would then ask."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
        raise ValueError(f"a paper fetches nothing, and this names {url}")


def pdf_of(html: str, *, style: str) -> bytes:
    """`html` with the style sheet `style` as PDF, with the fonts of the machine embedded (package fonts-noto-cjk)."""
    fetcher = NothingFromElsewhere()
    sheet = CSS(string=style, url_fetcher=fetcher)
    return bytes(HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[sheet]) or b"")
