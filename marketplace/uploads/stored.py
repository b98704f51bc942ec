"""The files of an upload in the storages."""

from django.core.files.storage import storages

from marketplace.uploads.models import Upload, incoming_storage
from marketplace.uploads.purposes import get_purpose


def stored_names(upload: Upload) -> set[str]:
    """The names of everything that was made of an upload."""
    names = {upload.result_name} | {row[form] for row in upload.renditions for form in ("webp", "avif") if form in row}
    return names - {""}


def delete_files(purpose_key: str, incoming_name: str, names: set[str]) -> None:
    """Delete what came and what was made of it. After the commit: it goes over the network. What is gone is no fault."""
    if incoming_name:
        incoming_storage().delete(incoming_name)
    if purpose := get_purpose(purpose_key):
        for name in names:
            storages[purpose.storage].delete(name)
