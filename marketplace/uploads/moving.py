"""The one way in which an upload changes its state."""

from marketplace.uploads.models import Upload
from marketplace.uploads.states import UPLOAD_TRANSITIONS, UploadState


def move(upload: Upload, *, to: UploadState, actor: str) -> None:
    """Set the state, unsaved. The caller holds the lock. Raises ValueError for a move that the table does not have."""
    if not UPLOAD_TRANSITIONS.allows(UploadState(upload.state), to, actor):
        raise ValueError(f"an upload does not go from {upload.state} to {to} by {actor}")
    upload.state = to
