"""What each gig of the demo says of its category's attributes: read out of its own words, and guessed where they are silent.

Touches no database. data/attributes.json names, for each option, the words that speak for it, and for each attribute how
many options are guessed when no word does; nothing is guessed where a wrong answer would be plain to see.
"""

from random import Random
from typing import Any

from portal.demo.sources import SEED, Sources

# Above this a list of options says nothing any more.
MOST_OPTIONS = 4


def attributes_of_offer(row: dict[str, Any], sources: Sources) -> dict[str, list[str]]:
    """Attribute keys with option keys for a row of data/gigs.json, in the order of the category; the same every time."""
    upper = next(one for one in sources.categories if one["name"] == row["category"])
    lower = next(one for one in upper["subcategories"] if one["name"] == row["subcategory"])
    text = " ".join([row["title"], *row["tags"], row["description"]])
    said = {}
    for attribute in [*sources.attributes.get(lower["slug"], ()), *sources.attributes.get(upper["slug"], ())]:
        options = _answers(attribute, text, Random(f"{SEED}:{attribute['key']}:{row['id']}"))
        if options:
            said[attribute["key"]] = options
    return said


def _answers(attribute: dict[str, Any], text: str, rng: Random) -> list[str]:
    keys = [option["key"] for option in attribute["options"]]
    found = [
        option["key"] for option in attribute["options"] if any(_stands_in(word, text) for word in option["words"])
    ][:MOST_OPTIONS]
    if attribute["kind"] == "one":
        return found[:1] or rng.sample(keys, k=min(1, attribute["guess"]))
    missing = attribute["guess"] - len(found)
    if missing > 0:
        rest = [key for key in keys if key not in found]
        fewest = 0 if found else 1
        found += rng.sample(rest, k=min(len(rest), rng.randint(fewest, missing)))
    return [key for key in keys if key in found]


def _stands_in(word: str, text: str) -> bool:
    # Two Latin letters stand in many a longer word: AI as it is written, LOGO in any case.
    return word in text if len(word) < 3 else word.casefold() in text.casefold()
