"""What moderators do with somebody's work."""

from django.db import transaction
from django.urls import reverse

from marketplace.accounts import locks
from marketplace.accounts.errors import PortfolioError, PortfolioErrorCode
from marketplace.accounts.models import Portfolio, User
from marketplace.core import clock, staff_log
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language


@transaction.atomic
def hide_piece(*, piece: Portfolio, moderator: User, reason: str) -> Portfolio:
    """Show a piece to nobody but its owner, who reads why. Safe to call twice. Raises PortfolioError REASON_MISSING."""
    if not reason.strip():
        raise PortfolioError(PortfolioErrorCode.REASON_MISSING)
    locks.lock_profile(piece.profile_id)
    piece.refresh_from_db()
    if piece.hidden_at is not None:
        return piece
    piece.hidden_at, piece.hidden_by, piece.hidden_reason = clock.now(), moderator, reason.strip()
    piece.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    _note("accounts.portfolio.hidden", piece, moderator)
    with recipient_language():
        notify(
            recipient_id=piece.profile.user_id,
            notice=catalogue.people.PIECE_HIDDEN,
            words={"title": piece.title},
            about=piece.hidden_reason,
            url=reverse("accounts:portfolio"),
        )
    return piece


@transaction.atomic
def show_piece(*, piece: Portfolio, moderator: User) -> Portfolio:
    """Show a hidden piece again. Safe to call twice."""
    locks.lock_profile(piece.profile_id)
    piece.refresh_from_db()
    if piece.hidden_at is None:
        return piece
    _note("accounts.portfolio.shown", piece, moderator)
    piece.hidden_at, piece.hidden_by, piece.hidden_reason = None, None, ""
    piece.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    with recipient_language():
        notify(
            recipient_id=piece.profile.user_id,
            notice=catalogue.people.PIECE_SHOWN,
            words={"title": piece.title},
            url=reverse("accounts:portfolio"),
        )
    return piece


def _note(action: str, piece: Portfolio, moderator: User) -> None:
    data = {"piece": piece.pk, "title": piece.title, "owner": piece.profile.user_id, "reason": piece.hidden_reason}
    staff_log.note(actor=moderator, action=action, subject=piece.profile.user, data=data)
