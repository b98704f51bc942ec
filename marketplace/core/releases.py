"""Which release this process is of, for what it keeps where processes of another one find it."""

from django.contrib.staticfiles.storage import staticfiles_storage


def of_static_files() -> str:
    """Changes with the names of the static files: what was drawn by the release before names some that are gone.

    "" where they have no names of their own (development, tests).
    """
    return str(getattr(staticfiles_storage, "manifest_hash", ""))
