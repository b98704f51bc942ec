"""A conversation, and one who has no business there."""

import pytest
from django.core.files.storage import storages

from marketplace.messaging.models import MessageAttachment
from marketplace.messaging.services import start_conversation
from tests.factories import make_user


@pytest.fixture
def stranger(db):
    return make_user(name="路人")


@pytest.fixture
def conversation(buyer, seller):
    return start_conversation(buyer=buyer, seller=seller)


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path, monkeypatch):
    field = MessageAttachment._meta.get_field("file")
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "private"), "base_url": None},
        }
    }
    monkeypatch.setattr(field, "storage", storages["private"])  # the field has looked it up when it was made
