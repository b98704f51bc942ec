"""Files of people, wherever the portal keeps them: folders of this machine, or buckets."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.apps import apps
from django.core.files.storage import Storage, storages
from django.db.models import FileField
from psycopg import sql

from portal.backups.sums import chunks_of

KEPT = ("default", "private")  # static files come with the release


def copy_files(alias: str, folder: Path) -> Iterator[tuple[Path, str]]:
    """Copy every file of a storage below `folder`; yields where each copy is and its SHA-256.

    A file that goes while we look is left out: whether a row wanted it is asked afterwards.
    """
    storage = storages[alias]
    for name in _names(storage):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        try:
            with storage.open(name, "rb") as source, target.open("wb") as copy:
                for chunk in chunks_of(source):
                    digest.update(chunk)
                    copy.write(chunk)
        except FileNotFoundError:
            target.unlink(missing_ok=True)
            continue
        yield target, digest.hexdigest()


def _names(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nobody has uploaded anything
        return
    for name in sorted(files):
        if name:
            yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        if name:
            yield from _names(storage, f"{folder}/{name}" if folder else name)


def named_files(connection: psycopg.Connection) -> Iterator[tuple[str, str, str]]:
    """Every file that a row names: the storage, the name in it, and which column names it. Row by row from the server."""
    private = storages["private"]
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, FileField):
                continue
            # Private ones are asked for by a function; all others, Wagtail's too, are of the default storage.
            asked = getattr(field, "_storage_callable", None)
            alias = "private" if (asked() if asked else field.storage) is private else "default"
            where = f"{model._meta.db_table}.{field.column}"
            query = sql.SQL("SELECT {column} FROM {table} WHERE {column} <> ''").format(
                column=sql.Identifier(field.column), table=sql.Identifier(model._meta.db_table)
            )
            with connection.cursor(name="named_files") as cursor:
                for (name,) in cursor.execute(query):
                    yield alias, name, where


def without_file(connection: psycopg.Connection, folder: Path) -> list[str]:
    """Rows whose file is not among the copies below `folder`, in words."""
    return [
        f"{where}: {alias}/{name}"
        for alias, name, where in named_files(connection)
        if not (folder / alias / name).is_file()
    ]
