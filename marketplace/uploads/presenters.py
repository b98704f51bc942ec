"""An upload as the owner's page reads it."""

from typing import Any

from django.core.files.storage import storages
from django.urls import reverse

from marketplace.uploads.direct import presigned_post, takes_files_directly
from marketplace.uploads.errors import refusal_sentence
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.purposes import get_purpose
from marketplace.uploads.states import UploadState


def as_json(upload: Upload) -> dict[str, Any]:
    """Name, state and what to show; never where anything lies in the private storage."""
    purpose = get_purpose(upload.purpose)
    shown = sorted((row for row in upload.renditions if "webp" in row), key=lambda row: row["width"])
    limit = purpose.kinds.get(UploadKind(upload.kind)) if purpose and upload.kind else None
    return {
        "key": str(upload.key),
        "name": upload.name,
        "size": upload.size,
        "modified": upload.modified_ms,
        "kind": upload.kind,
        "state": upload.state,
        "message": refusal_sentence(upload.refusal, name=upload.name, limit=limit.megabytes if limit else 0)
        if upload.refusal
        else "",
        "note": purpose.note(upload) if purpose and purpose.note and upload.state == UploadState.READY else "",
        # What is private has no address: its page shows it once it is used.
        "picture": storages[purpose.storage].url(shown[0]["webp"])
        if purpose and shown and purpose.storage == "default"
        else "",
        "finish": reverse("uploads:finish", args=[upload.key]),
        "discard": reverse("uploads:discard", args=[upload.key]),
    }


def with_target(upload: Upload, *, csrf_token: str) -> dict[str, Any]:
    """`as_json` with where to send the bytes: one POST form in both cases, to the object storage or to us."""
    told = as_json(upload)
    if upload.state != UploadState.DECLARED:
        return told
    if takes_files_directly():
        return told | {"target": presigned_post(upload)}
    fields = {"csrfmiddlewaretoken": csrf_token}
    return told | {"target": {"url": reverse("uploads:receive", args=[upload.key]), "fields": fields}}
