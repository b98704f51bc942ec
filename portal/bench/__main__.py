import argparse
import json
import os
import sys

from portal.bench.machine import prepare_database


def main() -> int:
    """Parse, measure, print. Exits 1 when fewer than three clean rounds remain."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure against yardsticks of the same machine.")
    parser.add_argument("subject", choices=["money"])
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (5)")
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds of each measurement (4)")
    parser.add_argument("--entries", type=int, default=5_000_000, help="entries of the large ledger (5000000)")
    parser.add_argument(
        "--foreign-limit", type=float, default=0.15, help="share of the machine others may use in a round (0.15)"
    )
    options = parser.parse_args()

    os.environ["DATABASE_URL"] = prepare_database("jiangji_bench")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    from portal.bench import money

    result = money.measure(
        rounds=options.rounds,
        seconds=options.seconds,
        entries=options.entries,
        foreign_limit=options.foreign_limit,
    )
    if options.json:
        print(json.dumps(result.as_json()))
    else:
        print(result.as_table())
    return 0 if result.is_valid() else 1


if __name__ == "__main__":
    sys.exit(main())
