"""Draw the demo pictures: `python -m portal.demo.art [--only covers|portraits|portfolio|pages|papers]`."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from .catalogue import covers, portfolio
from .pages import pages
from .papers import papers
from .portraits import portraits
from .render import closest_pair, render, write_index

MEDIA = Path(__file__).resolve().parent.parent / "media"
KINDS = {"covers": covers, "portraits": portraits, "portfolio": portfolio, "pages": pages, "papers": papers}
LEAST_DISTANCE = 24  # of 256 bits; below this two covers look like one at card size
MOST_BYTES = 9_000_000


def main() -> None:
    """Draw what was asked for, check it, and say what came out."""
    parser = ArgumentParser(prog="python -m portal.demo.art", description="Draw the demo pictures of the marketplace.")
    parser.add_argument("--only", choices=sorted(KINDS), help="one kind of picture instead of all")
    only = parser.parse_args().only
    for kind in [only] if only else KINDS:
        pictures = list(KINDS[kind]())
        written = render(pictures, MEDIA)
        print(f"{kind}: {len(written)} pictures, {sum(path.stat().st_size for path in written) / 1e6:.2f} MB")
        if kind == "portfolio":
            write_index(pictures, MEDIA / "portfolio" / "index.json")
        if kind == "covers":
            distance, one, other = closest_pair(written)
            print(f"covers: smallest perceptual distance {distance} of 256 bits, between {one} and {other}")
            if distance < LEAST_DISTANCE:
                sys.exit(f"covers {one} and {other} are nearly the same picture")
    total = sum(path.stat().st_size for path in MEDIA.rglob("*.webp"))
    print(f"all media: {total / 1e6:.2f} MB")
    if total > MOST_BYTES:
        sys.exit(f"media weigh {total} bytes, more than {MOST_BYTES}")


if __name__ == "__main__":
    main()
