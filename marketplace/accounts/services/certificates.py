"""Certificates that a person names on their page."""

from contextlib import ExitStack

from django.core.files.base import File
from django.db import transaction

from marketplace.accounts import locks
from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.files import forget_after_commit, kept_picture
from marketplace.accounts.models import Certificate, UserProfile
from marketplace.core.pictures import encode_picture

CERTIFICATE_LIMIT = 10


def add_certificate(
    *, profile: UserProfile, title: str, issuer: str, year: int, picture: File | None = None
) -> Certificate:
    """Show a certificate, with a public, re-encoded picture of it if there is one.

    Raises ProfileError TOO_MANY_CERTIFICATES or PictureError.
    """
    encoded = encode_picture(picture) if picture else None
    with ExitStack() as kept:
        name = kept.enter_context(kept_picture(encoded, folder="certificates")) if encoded else ""
        kept.enter_context(transaction.atomic())
        locks.lock_profile(profile.pk)
        if profile.certificates.count() >= CERTIFICATE_LIMIT:
            raise ProfileError(ProfileErrorCode.TOO_MANY_CERTIFICATES, limit=CERTIFICATE_LIMIT)
        return Certificate.objects.create(profile=profile, title=title, issuer=issuer, year=year, picture=name)


@transaction.atomic
def remove_certificate(*, certificate: Certificate) -> None:
    """Show a certificate no longer, and forget its picture."""
    forget_after_commit(certificate.picture.name or "")
    certificate.delete()
