"""What of the panel's lists is looked at: the words searched for, and a page of each list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from .pages import Html, fragment, joined

PER_PAGE, LAST_PAGE = 20, 500
LISTS = ("trades", "wechat-trades", "refunds", "transfers")
Row = TypeVar("Row")


@dataclass(frozen=True)
class Listing:
    """Words and pages, as the address of the panel names them."""

    words: str
    pages: dict[str, int]

    @classmethod
    def of(cls, request: Request) -> Listing:
        """Read the address; what is no page is the first one."""
        asked: Any = request.query_params
        return cls(str(asked.get("q", "")).strip()[:64], {name: _page(asked.get(name, "")) for name in LISTS})

    def wanted(self, name: str) -> int:
        """How many of the newest rows have to be read to show the page and to know whether another one follows."""
        return self.pages[name] * PER_PAGE + 1

    def cut(self, name: str, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows of the page, out of the newest ones."""
        end = self.pages[name] * PER_PAGE
        return rows[end - PER_PAGE : end]

    def links(self, name: str, rows: Sequence[object]) -> Html:
        """The ways to the newer and the older page, where there are any."""
        page = self.pages[name]
        around = [("上一页", page - 1, page > 1), ("下一页", page + 1, len(rows) > page * PER_PAGE)]
        links = [self._link(name, label, number) for label, number, is_there in around if is_there]
        return fragment("panel_pages.html", number=page, links=joined(links)) if links else Html("")

    def _link(self, name: str, label: str, number: int) -> Html:
        address = {"q": self.words} | {each: page for each, page in self.pages.items() if page > 1} | {name: number}
        return fragment("link.html", style="small", url=f"/?{urlencode(address)}#{name}", label=label)


def _page(text: str) -> int:
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and int(text) else 1
