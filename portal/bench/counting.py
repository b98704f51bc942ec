"""T6 and T7: statements of a page and what it weighs. Both are counted, so that a busy machine changes neither.

As facts/performance.md has it: the third request of a process, Python's caches warm, nobody logged in, no kept page.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.bench.production import HOST
from portal.bench.site import filtered_list, public_pages

FEW, MANY = 12, 48
KINDS = ("list", "detail", "home")


@dataclass(frozen=True)
class Counted:
    """A page with few rows and with many: its statements, those that were asked twice word for word, and their texts."""

    few: int
    many: int
    duplicates: int

    @property
    def is_constant(self) -> bool:
        """Whether more rows ask for nothing more."""
        return self.few == self.many


def statements_of(client: Client, address: str) -> list[str]:
    """The SQL of the third answer."""
    for _warm in range(2):
        _asked(client, address)
    with CaptureQueriesContext(connection) as captured:
        _asked(client, address)
    return [query["sql"] for query in captured.captured_queries]


def duplicates_in(statements: list[str]) -> int:
    """How many were asked before, word for word."""
    return len(statements) - len(set(statements))


def count_statements() -> dict[str, Counted]:
    """Of a list, a service and the home page with 12 and with 48 rows."""
    client = Client()
    found = {}
    for kind in KINDS:
        few, many = (_of_kind(kind, rows, client) for rows in (FEW, MANY))
        found[kind] = Counted(len(few), len(many), max(duplicates_in(few), duplicates_in(many)))
    return found


def compressed_bytes(address: str) -> int:
    """The HTML of a page as `gzip -6` leaves it."""
    return len(gzip.compress(_asked(Client(), address), compresslevel=6))


def _of_kind(kind: str, rows: int, client: Client) -> list[str]:
    pages = public_pages()
    if kind == "list":
        slug, low, high = filtered_list(rows)
        # 48 are two pages, one below the other.
        together = "&through=2" if rows > FEW else ""
        return statements_of(client, f"/search/?category={slug}&price_min={low}&price_max={high}{together}")
    with _rows_of_detail(rows) if kind == "detail" else _rows_of_home(rows):
        return statements_of(client, pages[kind])


@contextmanager
def _rows_of_detail(rows: int) -> Iterator[None]:
    """The service of the bench with so many questions and answers, taken back afterwards."""
    from marketplace.gigs.models import Gig, GigFaq

    gig_id = int(public_pages()["detail"].split("/")[2])
    with _taken_back():
        GigFaq.objects.filter(gig_id=gig_id).delete()
        GigFaq.objects.bulk_create(
            GigFaq(gig=Gig(pk=gig_id), question=f"交付什么？{number}", answer="源文件。", sort_order=number)
            for number in range(rows)
        )
        yield


@contextmanager
def _rows_of_home(rows: int) -> Iterator[None]:
    """The home page with so many cards in its rows of services, taken back afterwards."""
    from cms_pages.models import HomePage

    home = HomePage.objects.get(live=True, locale__language_code="zh-hans")
    lists = [block for block in home.body if "count" in block.value and "source" in block.value]
    if not lists:
        raise RuntimeError("The home page has no row of services: load the demo anew.")
    with _taken_back():
        for number, block in enumerate(lists):
            block.value["count"] = rows // len(lists) + (number < rows % len(lists))
        home.save(update_fields=["body"])
        yield


@contextmanager
def _taken_back() -> Iterator[None]:
    from django.core.cache import caches

    with transaction.atomic():
        for name in ("default", "forgiving"):
            caches[name].clear()
        try:
            yield
        finally:
            transaction.set_rollback(True)
    for name in ("default", "forgiving"):
        caches[name].clear()


def _asked(client: Client, address: str) -> bytes:
    response: Any = client.get(address, secure=True, headers={"host": HOST, "x-forwarded-for": "203.0.113.7"})
    if response.status_code != 200:
        raise RuntimeError(f"{address} was answered with {response.status_code}.")
    content: bytes = response.content if not response.streaming else b"".join(response.streaming_content)
    return content
