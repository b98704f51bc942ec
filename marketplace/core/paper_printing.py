"""WeasyPrint for `papers`, which loads it for the first paper. A paper is whole in itself and asks for nothing elsewhere."""

from typing import NoReturn

from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher


class NothingFromElsewhere(URLFetcher):
    """What people typed can name no address that we would then ask."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
        raise ValueError(f"a paper fetches nothing, and this names {url}")


def printed(html: str, *, style: str) -> bytes:
    """What `papers.pdf_of` returns."""
    fetcher = NothingFromElsewhere()
    sheet = CSS(string=style, url_fetcher=fetcher)
    return bytes(HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[sheet]) or b"")
