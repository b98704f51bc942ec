"""Seller levels: the gates, who meets them, what a level brings, and the person who decides about the highest."""

from marketplace.reviews.levels.effects import LevelEffects, effects_of
from marketplace.reviews.levels.evaluation import evaluate_level, restore_level
from marketplace.reviews.levels.selection import decide_selection

__all__ = ["LevelEffects", "decide_selection", "effects_of", "evaluate_level", "restore_level"]
