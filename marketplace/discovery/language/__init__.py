"""Understanding of language, once, in Python, for every engine: text in, words and plans out.

normalise → tokens → lexicon (the catalogue's own words and how they sound) → plan (what a query is about).
"""

from marketplace.discovery.language.normalise import fold, normalise
from marketplace.discovery.language.tokens import Segmenter, is_latin, runs

__all__ = ["Segmenter", "fold", "is_latin", "normalise", "runs"]
