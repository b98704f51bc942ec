"""One queue over everything that waits for a moderator."""
