import argparse
import json
import os
import sys
from typing import Any

from portal.bench.machine import prepare_database


def main() -> int:
    """Parse, measure, print. Exits 1 when fewer than three clean rounds remain."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure against yardsticks of the same machine.")
    parser.add_argument("subject", choices=["money", "chat", "search", "pages"])
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (5)")
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds of each measurement (4)")
    parser.add_argument("--entries", type=int, default=5_000_000, help="entries of the large ledger (5000000)")
    parser.add_argument("--idle-seconds", type=float, default=60, help="how long idle windows are watched (60)")
    parser.add_argument(
        "--foreign-limit", type=float, default=0.15, help="share of the machine others may use in a round (0.15)"
    )
    parser.add_argument(
        "--sizes", default="10000,100000,1000000", help="services in the catalogues of search (10000,100000,1000000)"
    )
    parser.add_argument(
        "--elasticsearch-sizes",
        default="10000,100000",
        help="catalogues of search that Elasticsearch answers too (10000,100000); empty for none",
    )
    options = parser.parse_args()

    if options.subject == "search":
        return _print(_search(options), options)
    os.environ["DATABASE_URL"] = prepare_database("jiangji_bench")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    measured = {"chat": _chat, "money": _money, "pages": _pages}[options.subject]
    return _print(measured(options), options)


def _print(result: Any, options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps(result.as_json()))
    else:
        print(result.as_table())
    return 0 if result.is_valid() else 1


def _money(options: argparse.Namespace) -> Any:
    from portal.bench import money

    return money.measure(
        rounds=options.rounds,
        seconds=options.seconds,
        entries=options.entries,
        foreign_limit=options.foreign_limit,
    )


def _pages(options: argparse.Namespace) -> Any:
    from portal.bench import pages

    return pages.measure(rounds=options.rounds, seconds=options.seconds, foreign_limit=options.foreign_limit)


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
