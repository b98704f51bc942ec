"""What reviews, orders, payments and messages add up to for a seller (docs/reputation.md)."""
