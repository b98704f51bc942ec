"""What uploads keep of a person (accounts/personal_data.py)."""

from collections.abc import Iterable

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Section, Table, plain, table
from marketplace.uploads.models import Upload
from marketplace.uploads.services import discard_upload


class UploadsSection(Section):
    """Files somebody sent. Those in use are exported, as files, by the room that uses them."""

    exported = frozenset({"uploads.Upload.owner"})
    not_exported = {
        "uploads.UploadTombstone.owner": "Bytes sent and let go of, counted for a day; neither name nor content"
    }

    def tables(self, user: User) -> Iterable[Table]:
        """What was sent, when, and what came of it."""
        yield table(
            "uploads",
            Upload.objects.filter(owner=user).order_by("pk"),
            **plain("name", "size", "content_type", "kind", "state", "checksum", "created_at", "attached_at"),
        )

    def erase(self, user: User) -> None:
        """Let go of what was never used. What is used belongs to services and orders, which keep it as the law wants."""
        for upload in Upload.objects.filter(owner=user, attached_at=None):
            discard_upload(upload=upload)
