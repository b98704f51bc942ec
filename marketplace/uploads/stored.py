"""The files of an upload in the storages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.storage import storages

from marketplace.uploads.models import Upload, incoming_storage
from marketplace.uploads.pictures import FORMS
from marketplace.uploads.purposes import get_purpose


def stored_names(upload: Upload) -> set[str]:
    """The names of everything that was made of an upload."""
    return ({upload.result_name} - {""}) | rendition_names(upload.renditions)


def rendition_names(renditions: Iterable[Mapping[str, Any]]) -> set[str]:
    """The names of the files of a picture, in every form and size."""
    return {row[form] for row in renditions for form in FORMS if row.get(form)}


def delete_files(purpose_key: str, incoming_name: str, names: set[str]) -> None:
    """Delete what came and what was made of it. After the commit: it goes over the network. What is gone is no fault."""
    if incoming_name:
        incoming_storage().delete(incoming_name)
    if purpose := get_purpose(purpose_key):
        for name in names:
            storages[purpose.storage].delete(name)
