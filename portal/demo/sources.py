"""The demo's own facts, read from data/. Everything else of the demo is worked out from these and one seed."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA, MEDIA = HERE / "data", HERE / "media"

SEED = 20260101
PASSWORD = "jiangji-demo-2026"  # noqa: S105 printed by bin/run for everybody
DEMO_BUYER, DEMO_SELLER = "林小满", "青禾品牌"
# One order below level 1; meets the gates of Select and waits for a person; answers too few to keep the level.
DEMO_NEWCOMER, CANDIDATE, IN_GRACE = "移动小站", "跨境小灯", "白鹤设计"


@dataclass(frozen=True)
class Sources:
    """The data files, as they are. Places in `sellers` and `gigs` are used as indexes all over the demo."""

    categories: list[dict[str, Any]]
    gigs: list[dict[str, Any]]
    texts: dict[str, dict[str, Any]]
    sellers: list[dict[str, Any]]
    buyers: list[dict[str, Any]]
    portfolio: dict[str, str]
    attributes: dict[str, list[dict[str, Any]]]  # by the slug of the category

    @property
    def demo_seller(self) -> int:
        """Place of the seller whose login is printed."""
        return self.seller_called(DEMO_SELLER)

    @property
    def demo_newcomer(self) -> int:
        """Place of the seller who is one order below level 1."""
        return self.seller_called(DEMO_NEWCOMER)

    def seller_called(self, name: str) -> int:
        """Place of a seller."""
        return next(place for place, row in enumerate(self.sellers) if row["name"] == name)

    @property
    def demo_buyer(self) -> int:
        """Place of the buyer whose login is printed."""
        return next(place for place, row in enumerate(self.buyers) if row["name"] == DEMO_BUYER)


@lru_cache(maxsize=1)
def read_sources() -> Sources:
    """Everything under data/ that the marketplace's rows are made of (the pages' texts are read by cms_pages)."""

    def read(name: str) -> Any:
        return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))

    return Sources(
        categories=read("categories"),
        attributes=read("attributes"),
        gigs=read("gigs"),
        texts=read("subcategory_texts"),
        sellers=read("sellers"),
        buyers=read("buyers"),
        portfolio=json.loads((MEDIA / "portfolio" / "index.json").read_text(encoding="utf-8")),
    )
