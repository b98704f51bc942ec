"""Imported once by the process that the measuring ones are forked from: Django is set up there, and no thread runs."""

import django

django.setup()

import portal.bench.money  # noqa: E402, F401 what is measured is imported before the fork
