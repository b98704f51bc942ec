import argparse
import json
import os
import sys
from contextlib import ExitStack
from typing import Any

from portal.bench.machine import prepare_database
from portal.bench.rounds import Starved
from portal.bench.wrk import LoadFailed, NoWrk

SUBJECTS = ("money", "chat", "search", "pages", "growth", "peak", "all", "profile")


def main() -> int:
    """Parse, measure, print. Exits 1, and says why, when too few clean rounds remain."""
    options = parser().parse_args()
    if options.subject == "all":
        from portal.bench import everything

        return _print(everything.measure(sys.argv[2:]), options)
    if options.subject == "search":
        return _print(_search(options), options)
    with ExitStack() as stack:
        with_site = {"pages": _pages, "growth": _growth, "peak": _peak, "profile": _profile}
        if options.subject in with_site:
            try:
                return with_site[options.subject](options, stack)
            except (LoadFailed, NoWrk, Starved) as trouble:
                print(f"No figures: {trouble}", file=sys.stderr)
                return 1
        os.environ["DATABASE_URL"] = prepare_database("jiangji_bench")
        os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
        import django

        django.setup()
        measured = {"chat": _chat, "money": _money}[options.subject]
        return _print(measured(options), options)


def parser() -> argparse.ArgumentParser:
    """What bin/bench may be told."""
    known = argparse.ArgumentParser(prog="bin/bench", description="Measure against yardsticks of the same machine.")
    known.add_argument("subject", choices=SUBJECTS)
    known.add_argument(
        "page", nargs="?", default="", help="of profile: home, category, list, search, detail, seller, or an address"
    )
    known.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    known.add_argument("--rounds", type=int, default=5, help="interleaved rounds (5)")
    known.add_argument("--seconds", type=float, default=4.0, help="seconds of each measurement (4)")
    known.add_argument("--entries", type=int, default=5_000_000, help="entries of the large ledger (5000000)")
    known.add_argument("--idle-seconds", type=float, default=60, help="how long idle windows are watched (60)")
    known.add_argument(
        "--foreign-limit", type=float, default=0.15, help="share of the machine others may use in a round (0.15)"
    )
    known.add_argument(
        "--patience",
        type=float,
        default=30,
        help="of pages, growth and peak: seconds that a round waits for a quiet machine (30)",
    )
    known.add_argument("--growth", action="store_true", help="of pages: measure growth too, however old its result is")
    known.add_argument(
        "--rows",
        type=int,
        default=1_000_000,
        help="of growth: services in the large tables, with ten orders each (1000000)",
    )
    known.add_argument("--minutes", type=float, default=10, help="of peak: how long it is held (10)")
    known.add_argument("--step-seconds", type=float, default=30, help="of peak: how long a step of the rise takes (30)")
    known.add_argument("--users", type=int, default=20, help="of peak: people of the first step (20)")
    known.add_argument("--most-users", type=int, default=4000, help="of peak: people that are never exceeded (4000)")
    known.add_argument("--limit-ms", type=float, default=1000, help="of peak: p95 that ends the rise (1000)")
    known.add_argument("--logged-in", action="store_true", help="of profile: somebody with a session asks")
    known.add_argument(
        "--sizes", default="10000,100000,1000000", help="services in the catalogues of search (10000,100000,1000000)"
    )
    known.add_argument(
        "--elasticsearch-sizes",
        default="10000,100000",
        help="catalogues of search that Elasticsearch answers too (10000,100000); empty for none",
    )
    return known


def _print(result: Any, options: argparse.Namespace) -> int:
    print(json.dumps(result.as_json(), ensure_ascii=False) if options.json else result.as_table())
    if result.is_valid():
        return 0
    if refusal := getattr(result, "refusal", lambda: "")():
        print(refusal, file=sys.stderr)
    return 1


def _pages(options: argparse.Namespace, stack: ExitStack) -> int:
    from portal.bench import growth_file, site

    if options.growth:
        from portal.bench import everything

        passed = {"rows": options.rows, "rounds": options.rounds, "foreign-limit": options.foreign_limit}
        everything.run("growth", [part for name, value in passed.items() for part in (f"--{name}", str(value))])
    url = site.prepare()
    os.environ["REDIS_URL"] = stack.enter_context(site.own_valkey())
    site.enter_production(url)
    from portal.bench import pages

    result = pages.measure(
        rounds=options.rounds, seconds=options.seconds, foreign_limit=options.foreign_limit, patience=options.patience
    )
    result.growth, result.growth_said = growth_file.fresh_figure()
    return _print(result, options)


def _growth(options: argparse.Namespace, stack: ExitStack) -> int:
    from portal.bench import growth_data, growth_file, site

    small = site.prepare()
    large = growth_data.prepare(small, rows=options.rows)
    os.environ["REDIS_URL"] = stack.enter_context(site.own_valkey())
    told = site.enter_production(small)
    from portal.bench import growth

    result = growth.measure(
        told,
        large,
        rows=options.rows,
        rounds=options.rounds,
        foreign_limit=options.foreign_limit,
        patience=options.patience,
    )
    growth_file.write(result.as_json())
    return _print(result, options)


def _peak(options: argparse.Namespace, stack: ExitStack) -> int:
    from portal.bench import peak_site, site
    from portal.embedded.run import beside_proxies

    os.environ.update(beside_proxies(os.environ))
    url = peak_site.prepare()
    os.environ["REDIS_URL"] = stack.enter_context(site.own_valkey())
    addresses, folder = peak_site.Addresses(), peak_site.sandbox_folder()
    told = site.enter_production(url, besides=addresses.environment(folder))
    from portal.bench import peak

    result = peak.measure(
        told,
        addresses,
        folder,
        minutes=options.minutes,
        step_seconds=options.step_seconds,
        first_users=options.users,
        most_users=options.most_users,
        limit_ms=options.limit_ms,
        foreign_limit=options.foreign_limit,
        patience=options.patience,
    )
    return _print(result, options)


def _profile(options: argparse.Namespace, stack: ExitStack) -> int:
    from portal.bench import site

    url = site.prepare()
    os.environ["REDIS_URL"] = stack.enter_context(site.own_valkey())
    site.enter_production(url)
    from portal.bench import profiling

    print(profiling.profile(options.page or "home", is_logged_in=options.logged_in, seconds=options.seconds))
    return 0


def _money(options: argparse.Namespace) -> Any:
    from portal.bench import money

    return money.measure(
        rounds=options.rounds,
        seconds=options.seconds,
        entries=options.entries,
        foreign_limit=options.foreign_limit,
    )


def _chat(options: argparse.Namespace) -> Any:
    from portal.bench import chat

    return chat.measure(
        rounds=options.rounds,
        seconds=options.seconds,
        foreign_limit=options.foreign_limit,
        idle_seconds=options.idle_seconds,
    )


def _search(options: argparse.Namespace) -> Any:
    from portal.bench import search

    return search.measure(
        sizes=[int(size) for size in options.sizes.split(",")],
        rounds=options.rounds,
        foreign_limit=options.foreign_limit,
        elasticsearch_sizes=[int(size) for size in options.elasticsearch_sizes.split(",") if size],
    )


if __name__ == "__main__":
    sys.exit(main())
