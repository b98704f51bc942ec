"""What people and jobs do with uploads, one module a subject."""

from marketplace.uploads.services.attaching import attach_uploads
from marketplace.uploads.services.collecting import collect_upload
from marketplace.uploads.services.deciding import process_upload, take_back_upload
from marketplace.uploads.services.intake import (
    declare_upload,
    discard_upload,
    finish_upload,
    receive_file,
    take_file,
)
from marketplace.uploads.services.releasing import release_files
from marketplace.uploads.services.sweeping import clear_tombstone, sweep_incoming

__all__ = [
    "attach_uploads",
    "clear_tombstone",
    "collect_upload",
    "declare_upload",
    "discard_upload",
    "finish_upload",
    "process_upload",
    "receive_file",
    "release_files",
    "sweep_incoming",
    "take_back_upload",
    "take_file",
]
