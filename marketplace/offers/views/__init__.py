"""Pages of offers and of briefs."""
