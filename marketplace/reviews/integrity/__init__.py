"""Whether deals are deals: signals, circles, cases, and what people decide about them (docs/integrity.md)."""
