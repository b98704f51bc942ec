"""The search cluster as a copy of what PostgreSQL knows: what goes there, how, and how it stands (docs/search.md)."""
