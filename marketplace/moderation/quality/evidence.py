"""What a case was about, as its moderator read it, without what was decided: for checks, second opinions and appeals."""

from collections.abc import Iterator

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.gigs.models import Gig
from marketplace.messaging.models import Message, MessageFlag
from marketplace.moderation import subjects
from marketplace.moderation.models import DecisionAppeal, ModerationQueue, Report
from marketplace.offers.models import Brief
from marketplace.reviews.models import Review


def evidence_of(case: ModerationQueue) -> list[tuple[str, str]]:
    """Pairs of a heading and words. Nothing where the thing is gone, or is not made of words."""
    try:
        return list(_read(case.subject))
    except ObjectDoesNotExist:
        return []


def _read(thing: object) -> Iterator[tuple[str, str]]:
    if isinstance(thing, Report):
        yield _("What was reported"), f"{thing.get_reason_display()}：{thing.words}"
        yield from _read(subjects.target_of(thing))
    elif isinstance(thing, MessageFlag):
        yield _("Message"), thing.words or (_said(thing.message) if thing.message else "")
    elif isinstance(thing, Message):
        yield _("Message"), _said(thing)
    elif isinstance(thing, Review):
        yield _("Review"), _wording(thing)
        if thing.reply:
            yield _("Reply"), thing.reply
    elif isinstance(thing, Brief):
        yield _("Brief"), f"{thing.title}\n{thing.story}"
    elif isinstance(thing, Gig):
        yield _("Service"), f"{thing.title}\n{thing.description}"
    elif isinstance(thing, DecisionAppeal):
        yield pgettext("an appeal", "In their words"), thing.words


def _said(message: Message) -> str:
    """The words before they were taken out."""
    earlier = message.revisions.order_by("-pk").first()
    return earlier.body if message.is_withdrawn and earlier else message.body


def _wording(review: Review) -> str:
    masked = review.masks.exclude(original="").order_by("-pk").first()
    return masked.original if masked and not review.body else review.body
