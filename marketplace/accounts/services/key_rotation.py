"""Bringing what is encrypted under the newest key, so that an old one can be thrown away (docs/verification.md)."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models

from marketplace.accounts import numbers
from marketplace.accounts.models import UserVerification, VerificationPaper
from marketplace.core.encryption import decrypt_text, rotate_bytes, rotate_text

SUFFIX = "_encrypted"
# Where allauth keeps what our adapter encrypts for it (accounts/mfa.py): a text, or several.
_OF_SECOND_FACTORS = ("secret", "seed", "migrated_codes")


def encrypted_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column of ours that holds a secret: by its name, so that a new one of any app is not forgotten."""
    for model in apps.get_models():
        if model.__module__.startswith("marketplace."):
            for field in model._meta.concrete_fields:
                if field.name.endswith(SUFFIX):
                    yield model, field.name


def rotate_column(*, model: type[models.Model], column: str) -> int:
    """Encrypt a column under the newest key; returns how many rows. A row that changes meanwhile is under it already."""
    changed = 0
    rows = model._default_manager.exclude(**{column: ""}).values_list("pk", column)
    for pk, stored in rows.iterator(chunk_size=500):
        same = model._default_manager.filter(pk=pk, **{column: stored})
        changed += same.update(**{column: rotate_text(stored)})
    return changed


def rotate_papers() -> int:
    """Encrypt the documents under the newest key, each under a new name; returns how many.

    The row points at the old file until the new one is written. A document deleted meanwhile is not brought back.
    """
    changed = 0
    for paper in VerificationPaper.objects.order_by("pk").iterator(chunk_size=100):
        storage, old = paper.file.storage, str(paper.file.name)
        with storage.open(old, "rb") as file:
            content = rotate_bytes(file.read())
        new = storage.save(old, ContentFile(content))
        moved = VerificationPaper.objects.filter(pk=paper.pk, file=old).update(file=new)
        storage.delete(old if moved else new)
        changed += moved
    return changed


def rotate_second_factors() -> int:
    """Encrypt the secrets of authenticator apps and recovery codes under the newest key; returns how many rows.

    One whose code is used at the same moment is read again.
    """
    changed = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=500):
        while (old := Authenticator.objects.filter(pk=pk).values_list("data", flat=True).first()) is not None:
            new = {name: _rotated(value) if name in _OF_SECOND_FACTORS else value for name, value in old.items()}
            if new == old:
                break
            if Authenticator.objects.filter(pk=pk, data=old).update(data=new):
                changed += 1
                break
    return changed


def _rotated(secret: str | list[str]) -> str | list[str]:
    return [rotate_text(one) for one in secret] if isinstance(secret, list) else rotate_text(secret)


def renew_digests() -> int:
    """Compute the digests of all numbers with the key in force; returns how many changed."""
    changed = 0
    rows = UserVerification.objects.exclude(number_encrypted="").order_by("pk")
    for pk, stored, digest in rows.values_list("pk", "number_encrypted", "number_digest").iterator(chunk_size=500):
        renewed = numbers.digest_of(decrypt_text(stored))
        if renewed != digest:
            changed += UserVerification.objects.filter(pk=pk, number_encrypted=stored).update(number_digest=renewed)
    return changed
