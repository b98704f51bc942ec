"""The life of a gig's listing. Moderation itself is Wagtail's workflow; this is what the seller and the buyers see."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.transitions import Transition, TransitionTable


class GigStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    NEEDS_CHANGES = "needs_changes", _("Needs changes")
    LIVE = "live", pgettext_lazy("a service", "Live")
    PAUSED = "paused", _("Paused")
    DENIED = "denied", _("Denied")
    ARCHIVED = "archived", _("Archived")


SELLER, MODERATOR, SYSTEM = "seller", "moderator", "system"
# Where a seller may write a new revision, unless the last one is being read.
EDITABLE = frozenset({GigStatus.DRAFT, GigStatus.NEEDS_CHANGES, GigStatus.LIVE, GigStatus.PAUSED})


def _row(source: GigStatus, target: GigStatus, *actors: str, effect: str = "") -> Transition[GigStatus]:
    return Transition(source, target, frozenset(actors), effect)


GIG_TRANSITIONS: TransitionTable[GigStatus] = TransitionTable(
    (
        _row(GigStatus.DRAFT, GigStatus.IN_REVIEW, SELLER, effect="starts the moderation workflow"),
        _row(GigStatus.NEEDS_CHANGES, GigStatus.IN_REVIEW, SELLER, effect="resumes the workflow with the new revision"),
        _row(GigStatus.IN_REVIEW, GigStatus.LIVE, MODERATOR, effect="publishes the reviewed revision"),
        _row(GigStatus.IN_REVIEW, GigStatus.DRAFT, SELLER, effect="withdrawn: ends the review"),
        _row(GigStatus.IN_REVIEW, GigStatus.NEEDS_CHANGES, MODERATOR, effect="tells the seller what to change"),
        _row(GigStatus.IN_REVIEW, GigStatus.DENIED, MODERATOR, effect="ends the review"),
        _row(
            GigStatus.LIVE,
            GigStatus.PAUSED,
            SELLER,
            SYSTEM,
            effect="hidden from search; running orders go on; the system when the seller's identity counts no longer",
        ),
        _row(GigStatus.PAUSED, GigStatus.LIVE, SELLER),
        _row(GigStatus.LIVE, GigStatus.ARCHIVED, SELLER),
        _row(GigStatus.PAUSED, GigStatus.ARCHIVED, SELLER),
        _row(GigStatus.DRAFT, GigStatus.ARCHIVED, SELLER),
        _row(GigStatus.NEEDS_CHANGES, GigStatus.ARCHIVED, SELLER, effect="ends the review"),
        _row(GigStatus.NEEDS_CHANGES, GigStatus.DENIED, MODERATOR, effect="ends the review"),
        _row(GigStatus.LIVE, GigStatus.DENIED, MODERATOR, effect="taken down"),
        # Pausing is no way out of being taken down.
        _row(GigStatus.PAUSED, GigStatus.DENIED, MODERATOR, effect="taken down"),
        # Its seller appealed and was right: the seller says when it sells again.
        _row(GigStatus.DENIED, GigStatus.PAUSED, MODERATOR, effect="put back after an appeal"),
    )
)
