"""A purpose of the tests' own, storages of their own, and a short way to an upload."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from marketplace.uploads import services
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.purposes import KindLimit, Purpose, _purposes, register


class Desk:
    """A room that uses uploads: what it still needs is whatever a test says."""

    def __init__(self) -> None:
        self.needed: set[str] = set()
        self.closed: set[str] = set()  # subjects that nobody may send for
        self.purpose = Purpose(
            key="tests",
            kinds={
                UploadKind.IMAGE: KindLimit(megabytes=10, count=5),
                UploadKind.VIDEO: KindLimit(megabytes=20, count=1),
                UploadKind.PDF: KindLimit(megabytes=2, count=2),
            },
            folder="tests",
            still_used=lambda _owner_id: self.needed,
            may_send=lambda _user, subject: subject not in self.closed,
        )


@pytest.fixture
def desk() -> Desk:
    """The room, registered for the time of one test."""
    desk = Desk()
    register(desk.purpose)
    yield desk
    del _purposes["tests"]


@pytest.fixture
def folders(settings, tmp_path) -> Path:
    """Public and private files of this test alone, below `public` and `private`."""
    settings.STORAGES = settings.STORAGES | {
        alias: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / folder), "base_url": url},
        }
        for alias, folder, url in (("default", "public", "/media/"), ("private", "private", None))
    }
    return tmp_path


def names(folder: Path) -> set[str]:
    """All files below `folder`."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def send(desk, folders, seller) -> Callable[..., Upload]:
    """Announce, send and finish a file: `send("a.jpg", content)`. A worker has not looked yet."""

    def build(name: str, content: bytes, *, content_type: str = "", owner=None, subject: str = "form:1") -> Upload:
        upload = services.declare_upload(
            owner=owner or seller,
            purpose=desk.purpose,
            subject=subject,
            name=name,
            size=len(content),
            content_type=content_type,
        )
        services.receive_file(upload=upload, file=ContentFile(content))
        upload.refresh_from_db()
        return services.finish_upload(upload=upload)

    return build


@pytest.fixture
def sent(send) -> Callable[..., Upload]:
    """`send`, and a worker has looked into it."""

    def build(name: str, content: bytes, **options) -> Upload:
        upload = send(name, content, **options)
        services.process_upload(upload_id=upload.pk)
        upload.refresh_from_db()
        return upload

    return build


def stored(name: str, alias: str = "default") -> bytes:
    """The bytes of a stored file."""
    with storages[alias].open(name) as file:
        return file.read()


@pytest.fixture
def keeper() -> Purpose:
    """A room that keeps files of any kind as they came, with previews, for the time of one test."""
    purpose = Purpose(
        key="tests_kept",
        may_send=lambda _user, _subject: True,
        kinds={UploadKind.FILE: KindLimit(megabytes=2, count=3)},
        folder="kept",
        still_used=lambda _owner_id: set(),
        storage="private",
        watermark=lambda subject: f"预览 {subject}",
    )
    register(purpose)
    yield purpose
    del _purposes["tests_kept"]
