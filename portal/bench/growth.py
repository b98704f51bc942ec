"""`bin/bench growth`: what pages take with large tables, divided by what they take with the demo's (growth_data.py).

The same pages, asked by the same people, of two servers as in production, one request after the other, in turn: whatever disturbs
disturbs both. No page is kept. A figure is the median of the rounds' ratios; `growth` is the worst page's.
"""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from portal.bench import machine, production, site, wrk
from portal.bench.rounds import PATIENCE_SECONDS, Rounds, measure_rounds
from portal.bench.targets import HEAD, table_of

REPEATS = 5
LARGE_CACHE_DATABASE = 4  # what one site keeps is not what the other has
# Milliseconds of a page with small and with large tables.
Row = Mapping[str, tuple[float, float]]


@dataclass
class Result:
    """What each page took, a row for each clean round."""

    rounds: Rounds[Row]
    rows: int
    length: Mapping[str, int] = field(default_factory=dict)

    def is_valid(self) -> bool:
        """Whether enough rounds were free of other people's work."""
        return self.rounds.is_valid()

    def refusal(self) -> str:
        """Why there are no figures; empty where there are."""
        return self.rounds.refusal()

    def pages(self) -> dict[str, float]:
        """The ratio of each page."""
        names = self.rounds.rows[0] if self.rounds.rows else {}
        return {
            name: round(self.rounds.median(lambda row, name=name: row[name][1] / row[name][0]), 3) for name in names
        }

    def as_json(self) -> dict[str, Any]:
        """`growth` and what it is made of; no ratio at all where too few rounds were clean."""
        found: dict[str, Any] = {"rows": self.rows, "tables": dict(self.length), **self.rounds.machine()}
        if not self.is_valid():
            return found | {"refused": self.refusal()}
        pages = self.pages()
        return {
            "growth": max(pages.values()),
            "growth_pages": pages,
            "milliseconds": {
                name: [round(statistics.median(row[name][side] for row in self.rounds.rows), 1) for side in (0, 1)]
                for name in pages
            },
        } | found

    def as_table(self) -> str:
        """The same for people."""
        found = self.as_json()
        growth = [line for line in table_of("pages", found) if line.startswith("growth")]
        lines = [f"{self.rows:,} services: {', '.join(f'{name} {count:,}' for name, count in self.length.items())}"]
        lines += [self.rounds.machine_line(), "", HEAD, *growth, ""]
        if self.is_valid():
            lines.append(f"{'':<20}{'small ms':>10}{'large ms':>10}{'ratio':>8}")
            lines += [
                f"{name:<20}{small:>10.1f}{large:>10.1f}{found['growth_pages'][name]:>8.2f}"
                for name, (small, large) in found["milliseconds"].items()
            ]
        return "\n".join(lines)


def pages() -> dict[str, tuple[str, str]]:
    """Address and cookie of every page whose growth is measured."""
    from django.urls import reverse

    public = site.public_pages()
    buyer, seller = site.cookie_for(site.BUYER), site.cookie_for(site.SELLER)
    moderator, finance = (site.cookie_for(email, is_staff=True) for email in (site.MODERATOR, site.FINANCE))
    from marketplace.orders.models import Order

    order = Order.objects.filter(buyer__email=site.BUYER).order_by("-pk")[0]
    return {name: (address, "") for name, address in public.items()} | {
        "orders": (reverse("orders:list"), buyer),
        "order": (reverse("orders:detail", args=[order.number]), buyer),
        "conversations": (reverse("messaging:inbox"), buyer),
        "notifications": (reverse("notifications:list"), buyer),
        "seller_desk": (reverse("gigs:desk_list"), seller),
        "seller_orders": (reverse("orders:desk_list"), seller),
        "wallet": (reverse("ledger:wallet"), seller),
        "moderation_queue": (reverse("moderation_queue"), moderator),
        "payout_queue": (reverse("payments_payouts"), finance),
    }


def measure(
    told: Mapping[str, str],
    large_url: str,
    *,
    rows: int,
    rounds: int,
    foreign_limit: float,
    repeats: int = REPEATS,
    patience: float = PATIENCE_SECONDS,
) -> Result:
    """Both sites up, each page of each in turn. `told` is the environment of the small one."""
    asked = pages()
    with_sessions(large_url)
    small_told = {**told, "PAGES_ARE_KEPT": "0"}
    large_told = small_told | {"DATABASE_URL": large_url, "CACHE_DATABASE": str(LARGE_CACHE_DATABASE)}
    with (
        production.gunicorn("portal.wsgi", small_told) as small,
        production.gunicorn("portal.wsgi", large_told) as large,
    ):
        for address, cookie in asked.values():
            for server in (small, large):
                wrk.warm(server.port, address, cookie=cookie)

        def once() -> Row:
            return {name: in_turn(small.port, large.port, *of_page, repeats=repeats) for name, of_page in asked.items()}

        found = measure_rounds(once, rounds=rounds, foreign_limit=foreign_limit, patience=patience)
    name = site.database_name(large_url)
    length = {
        table: machine.count_rows(large_url, name, table)
        for table in ("gigs_gig", "orders_order", "messaging_message", "ledger_entry")
    }
    return Result(found, rows, length)


def in_turn(small_port: int, large_port: int, address: str, cookie: str, *, repeats: int) -> tuple[float, float]:
    """Medians of a few answers of both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _turn in range(repeats):
        for port, found in zip((small_port, large_port), times, strict=True):
            found.append(milliseconds(port, address, cookie))
    return statistics.median(times[0]), statistics.median(times[1])


def milliseconds(port: int, address: str, cookie: str) -> float:
    """How long one answer took. Raises wrk.LoadFailed where it was no page."""
    started = time.perf_counter()
    status = wrk.asked_once(port, address, cookie=cookie)
    if status != 200:
        raise wrk.LoadFailed(f"{address} was answered with {status}.")
    return (time.perf_counter() - started) * 1000


def with_sessions(large_url: str) -> None:
    """Who is logged in on the small site is logged in on the large one, staff with their second factor."""
    from allauth.mfa.models import Authenticator
    from django.contrib.sessions.models import Session

    name = site.database_name(large_url)
    with psycopg.connect(machine.connection_string(large_url, name)) as connection:
        for session in Session.objects.all():
            connection.execute(
                "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [session.session_key, session.session_data, session.expire_date],
            )
        for user_id in Authenticator.objects.values_list("user_id", flat=True):
            connection.execute(
                "INSERT INTO mfa_authenticator (type, data, user_id, created_at) SELECT 'totp', '{}', %s, now() "
                "WHERE NOT EXISTS (SELECT FROM mfa_authenticator WHERE user_id = %s)",
                [user_id, user_id],
            )
