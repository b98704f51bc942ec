"""What each gig offers: packages, add-ons and texts worked out from the data files. Touches no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from marketplace.gigs.content import (
    ExtraContent,
    FaqContent,
    FeatureRow,
    PackageContent,
    RequirementContent,
)
from marketplace.gigs.models import PackageTier
from portal.demo.sources import SEED, Sources
from portal.demo.traits import attributes_of_offer

YUAN = 100
# Up to this price in yuan, prices end on a multiple of this many yuan: what a person would write on a price list.
_STEPS = ((50, 1), (200, 5), (1000, 10), (5000, 50), (10**9, 100))


@dataclass(frozen=True)
class Offer:
    """A gig before it has a key. `category` is the name of the upper one, as the portfolio is sorted."""

    key: str
    title: str
    seller: int
    category: str
    subcategory: str
    description: str
    tags: tuple[str, ...]
    rating: float | None
    popularity: int
    packages: tuple[PackageContent, ...]
    extras: tuple[ExtraContent, ...]
    faqs: tuple[FaqContent, ...]
    requirements: tuple[RequirementContent, ...]
    features: tuple[FeatureRow, ...]
    pictures: tuple[str, ...]
    attributes: Mapping[str, list[str]]


def natural_price(price_fen: float) -> int:
    """`price_fen` rounded to what people write: 83.7 yuan → 85, 1,314 yuan → 1,300; in fen, at least 1 yuan."""
    yuan = price_fen / YUAN
    step = next(step for limit, step in _STEPS if yuan <= limit)
    return max(1, round(yuan / step) * step) * YUAN


def make_offers(sources: Sources) -> list[Offer]:
    """All gigs of the catalogue, in the order of the data file."""
    sellers = {row["name"]: place for place, row in enumerate(sources.sellers)}
    by_category: dict[str, list[str]] = {}
    for file, category in sources.portfolio.items():
        by_category.setdefault(category, []).append(file)
    offers = []
    for place, row in enumerate(sources.gigs):
        rng = Random(f"{SEED}:offer:{row['id']}")
        texts = sources.texts[row["subcategory"]]
        shelf = by_category[row["category"]]
        further = rng.sample(shelf, k=1 + place % 2)
        offers.append(
            Offer(
                key=row["id"],
                title=row["title"],
                seller=sellers[row["seller"]],
                category=row["category"],
                subcategory=row["subcategory"],
                description=row["description"],
                tags=tuple(row["tags"]),
                rating=row["rating"],
                popularity=row["orders_count"],
                packages=_packages(row, texts, rng),
                extras=_extras(row, texts),
                faqs=tuple(FaqContent(one["question"], one["answer"]) for one in texts["faq"]),
                requirements=tuple(
                    RequirementContent(
                        one["prompt"], one["kind"], tuple(one.get("choices", ())), bool(one.get("required", True))
                    )
                    for one in texts["requirements"]
                ),
                features=tuple(FeatureRow(one["label"], tuple(one["values"])) for one in texts["feature_rows"]),
                pictures=(f"covers/{row['id']}.webp", *(f"portfolio/{file}" for file in further)),
                attributes=attributes_of_offer(row, sources),
            )
        )
    return offers


def _packages(row: dict, texts: dict, rng: Random) -> tuple[PackageContent, ...]:
    prices = [row["price_fen"]]
    for ratio in (row["standard_ratio"], row["premium_ratio"]):
        price = natural_price(row["price_fen"] * ratio)
        prices.append(max(price, natural_price(prices[-1] + 10 * YUAN)))
    days = [row["delivery_days"], row["standard_days"], row["premium_days"]]
    packages = []
    for tier, price, day, revisions in zip(PackageTier.values, prices, days, row["revisions"], strict=True):
        words = rng.choice(texts["packages"][tier])
        packages.append(PackageContent(tier, words["name"], words["description"], price, max(1, day), revisions))
    return tuple(packages)


def _extras(row: dict, texts: dict) -> tuple[ExtraContent, ...]:
    """The subcategory's add-ons; one that takes off more days than there are makes no sense here."""
    return tuple(
        ExtraContent(one["title"], natural_price(row["price_fen"] * one["price_ratio"]), one["extra_days"])
        for one in texts["extras"]
        if row["delivery_days"] + one["extra_days"] >= 1
    )
