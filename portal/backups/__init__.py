"""Backups that are worth something: one is made with a list of what is in it, and restoring it is a command too."""
