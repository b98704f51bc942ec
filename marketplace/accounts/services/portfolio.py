"""Pieces of work: put up, changed, put in order, taken down. Hiding them is the moderators'."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Literal, TypeVar

from django.core.files.base import File
from django.db import transaction

from marketplace.accounts import locks
from marketplace.accounts.errors import PortfolioError, PortfolioErrorCode
from marketplace.accounts.files import forget_after_commit, kept_picture
from marketplace.accounts.media import MediumContent, kept_medium, read_link, read_upload
from marketplace.accounts.models import Portfolio, PortfolioMedia, UserProfile
from marketplace.accounts.models.portfolio import private_storage
from marketplace.core.pictures import encode_picture

PIECE_LIMIT = 30
MEDIA_LIMIT = 12
Direction = Literal["up", "down"]
Row = TypeVar("Row", Portfolio, PortfolioMedia)


def create_piece(
    *, profile: UserProfile, title: str, description: str = "", uploads: Sequence[File] = (), link: str = ""
) -> Portfolio:
    """Put up a piece as the last one, with its first files and a link.

    Raises PortfolioError TOO_MANY_PIECES or what `add_media` raises; nothing is kept then.
    """
    contents = _read(uploads, link)
    with ExitStack() as kept:
        rows = [kept.enter_context(kept_medium(content)) for content in contents]
        kept.enter_context(transaction.atomic())
        locks.lock_profile(profile.pk)
        number = Portfolio.objects.filter(profile=profile).count()
        if number >= PIECE_LIMIT:
            raise PortfolioError(PortfolioErrorCode.TOO_MANY_PIECES, limit=PIECE_LIMIT)
        piece = Portfolio.objects.create(profile=profile, title=title, description=description, position=number)
        _append(piece, rows)
        return piece


def update_piece(*, piece: Portfolio, title: str, description: str) -> Portfolio:
    """Change the words of a piece."""
    piece.title, piece.description = title, description
    piece.save(update_fields=["title", "description", "updated_at"])
    return piece


def add_media(*, piece: Portfolio, uploads: Sequence[File] = (), link: str = "") -> list[PortfolioMedia]:
    """Put files and a link at the end of a piece. All of them, or none.

    Raises PictureError, or PortfolioError TOO_MANY_MEDIA, VIDEO_TOO_LARGE, VIDEO_UNREADABLE, DOCUMENT_TOO_LARGE,
    DOCUMENT_UNREADABLE or LINK_REFUSED.
    """
    contents = _read(uploads, link)
    with ExitStack() as kept:
        rows = [kept.enter_context(kept_medium(content)) for content in contents]
        kept.enter_context(transaction.atomic())
        locks.lock_profile(piece.profile_id)
        return _append(piece, rows)


def update_medium(*, medium: PortfolioMedia, caption: str, poster: File | None = None) -> PortfolioMedia:
    """Change the words below a medium and, of a film, the picture shown before it plays. Raises PictureError."""
    encoded = encode_picture(poster) if poster and medium.kind == "video" else None
    with ExitStack() as kept:
        name = kept.enter_context(kept_picture(encoded, folder="portfolio")) if encoded else ""
        kept.enter_context(transaction.atomic())
        medium.caption = caption
        if encoded:
            forget_after_commit(medium.picture.name or "")
            medium.picture, medium.width, medium.height = name, encoded.width, encoded.height
        medium.save(update_fields=["caption", "picture", "width", "height"])
    return medium


@transaction.atomic
def remove_medium(*, medium: PortfolioMedia) -> None:
    """Take one file or link out of its piece, and forget the file."""
    locks.lock_profile(medium.piece.profile_id)
    _forget_files(medium)
    medium.delete()


@transaction.atomic
def delete_piece(*, piece: Portfolio) -> None:
    """Take a piece down for good, with its files."""
    locks.lock_profile(piece.profile_id)
    for medium in piece.media.all():
        _forget_files(medium)
    piece.delete()


@transaction.atomic
def move_piece(*, piece: Portfolio, direction: Direction) -> int:
    """Change places with the piece before or after it; at the end nothing moves. Returns its place, from 1."""
    locks.lock_profile(piece.profile_id)
    return _move(list(Portfolio.objects.filter(profile=piece.profile_id)), piece, direction)


@transaction.atomic
def move_medium(*, medium: PortfolioMedia, direction: Direction) -> int:
    """Change places with the medium before or after it in its piece. Returns its place, from 1."""
    locks.lock_profile(medium.piece.profile_id)
    return _move(list(PortfolioMedia.objects.filter(piece=medium.piece_id)), medium, direction)


@transaction.atomic
def order_pieces(*, profile: UserProfile, piece_ids: Sequence[int]) -> None:
    """Put the pieces into this order; ids of others are passed over, pieces that are not named keep to the end."""
    locks.lock_profile(profile.pk)
    place = {piece_id: number for number, piece_id in enumerate(piece_ids)}
    pieces = list(Portfolio.objects.filter(profile=profile))
    _number(sorted(pieces, key=lambda piece: place.get(piece.pk, len(place) + piece.position)))


def _read(uploads: Sequence[File], link: str) -> list[MediumContent]:
    if len(uploads) + bool(link) > MEDIA_LIMIT:  # before anything is read
        raise PortfolioError(PortfolioErrorCode.TOO_MANY_MEDIA, limit=MEDIA_LIMIT)
    return [*(read_upload(upload) for upload in uploads), *([read_link(link)] if link else [])]


def _append(piece: Portfolio, rows: Sequence[PortfolioMedia]) -> list[PortfolioMedia]:
    there = PortfolioMedia.objects.filter(piece=piece).count()
    if there + len(rows) > MEDIA_LIMIT:
        raise PortfolioError(PortfolioErrorCode.TOO_MANY_MEDIA, limit=MEDIA_LIMIT)
    for number, row in enumerate(rows, start=there):
        row.piece, row.position = piece, number
    return PortfolioMedia.objects.bulk_create(rows)


def _move(rows: list[Row], row: Row, direction: Direction) -> int:
    here = next(number for number, other in enumerate(rows) if other.pk == row.pk)
    there = min(max(here + (-1 if direction == "up" else 1), 0), len(rows) - 1)
    rows.insert(there, rows.pop(here))
    _number(rows)
    return there + 1


def _number(rows: Sequence[Row]) -> None:
    for number, row in enumerate(rows):
        if row.position != number:
            row.position = number
            row.save(update_fields=["position"])


def _forget_files(medium: PortfolioMedia) -> None:
    forget_after_commit(medium.picture.name or "")
    forget_after_commit(medium.video.name or "")
    forget_after_commit(medium.document.name or "", storage=private_storage())
