"""Which pictures there are: covers from the table of gigs, portfolio pieces from pools of motifs."""

from collections import Counter
from collections.abc import Iterator
from csv import DictReader
from dataclasses import dataclass
from importlib.resources import files

from . import (  # noqa: F401  the motif modules enter themselves in the register
    motifs_brand,
    motifs_figures,
    motifs_film,
    motifs_home,
    motifs_letters,
    motifs_machine,
    motifs_market,
    motifs_photo,
    motifs_print,
    motifs_screen,
    motifs_sound,
    motifs_trade,
    motifs_words,
)
from .compose import GROUNDS, HEIGHT, LAYOUTS, WIDTH, cover, document
from .palettes import CATEGORIES, CATEGORY_PALETTES

PORTFOLIO_COUNT = 120


@dataclass(frozen=True)
class Picture:
    """A file below media/, its size in pixels, its SVG and the category it belongs to."""

    name: str
    width: int
    height: int
    svg: str
    category: str = ""


def _table(name: str) -> list[dict[str, str]]:
    with files(__package__).joinpath(name).open(encoding="utf-8") as table:
        return list(DictReader(table, delimiter="\t"))


def gigs() -> list[dict[str, str]]:
    """One row per gig: id, category, subcategory, motif, variant, keywords."""
    return _table("gigs.tsv")


def covers() -> Iterator[Picture]:
    """One cover per gig. Gigs that share a motif get different palettes, grounds and layouts in turn."""
    of_motif: Counter[str] = Counter()
    of_category: Counter[str] = Counter()
    taken: set[tuple[str, str]] = set()
    for row in gigs():
        motif, category = row["motif"], row["category"]
        turn, place = of_motif[motif], of_category[category]
        of_motif[motif] += 1
        of_category[category] += 1
        names = CATEGORY_PALETTES[category]
        step = place
        while (motif, names[step % len(names)]) in taken and step < place + len(names):
            step += 1
        palette = names[step % len(names)]
        taken.add((motif, palette))
        number = int(row["id"][1:])
        body = cover(
            motif=motif,
            variant=row["variant"],
            words=tuple(row["keywords"].split(",")),
            palette_name=palette,
            ground_kind=GROUNDS[(number * 5 + turn * 3) % len(GROUNDS)],
            layout=LAYOUTS[(place + turn) % len(LAYOUTS)],
            turn=turn,
            seed=row["id"],
        )
        yield Picture(f"covers/{row['id']}.webp", 960, 600, document(body, 960, 600, (WIDTH, HEIGHT)), category)


def portfolio() -> Iterator[Picture]:
    """Pieces from the sellers' past work, the categories in turn."""
    pools: dict[str, list[dict[str, str]]] = {}
    for row in _table("portfolio.tsv"):
        pools.setdefault(row["category"], []).append(row)
    for index in range(PORTFOLIO_COUNT):
        category = CATEGORIES[index % len(CATEGORIES)]
        step = index // len(CATEGORIES)
        entry = pools[category][step % len(pools[category])]
        names = CATEGORY_PALETTES[category]
        body = cover(
            motif=entry["motif"],
            variant=entry["variant"],
            words=tuple(entry["words"].split(",")),
            palette_name=names[(step * 3 + 2) % len(names)],
            ground_kind=GROUNDS[(index * 4 + step) % len(GROUNDS)],
            layout=("centre", "left", "corner", "right")[(index + step) % 4],
            turn=step + 1,
            seed=f"work-{index}",
            titled=False,
        )
        yield Picture(f"portfolio/w{index + 1:03d}.webp", 800, 500, document(body, 800, 500, (WIDTH, HEIGHT)), category)
