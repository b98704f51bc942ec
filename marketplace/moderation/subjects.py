"""What can be reported: services, briefs and messages. The one place that knows how they differ for the desk."""

from dataclasses import dataclass
from typing import cast

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.gigs.models import Gig
from marketplace.gigs.services import take_down_gig
from marketplace.gigs.states import GIG_TRANSITIONS, MODERATOR, GigStatus
from marketplace.messaging.models import Message
from marketplace.messaging.services import take_down_message
from marketplace.moderation.models import Report
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.offers.models import Brief
from marketplace.offers.services import deny_brief
from marketplace.offers.states import BriefStatus

Target = Gig | Brief | Message


@dataclass(frozen=True)
class Words:
    """What who reported is told, by kind."""

    upheld: Notice
    dismissed: Notice


_OF_GIG = Words(
    upheld=catalogue.talk.REPORT_UPHELD_GIG,
    dismissed=catalogue.talk.REPORT_DISMISSED_GIG,
)
_OF_BRIEF = Words(
    upheld=catalogue.talk.REPORT_UPHELD_BRIEF,
    dismissed=catalogue.talk.REPORT_DISMISSED_BRIEF,
)
_OF_MESSAGE = Words(
    upheld=catalogue.talk.REPORT_UPHELD_MESSAGE,
    dismissed=catalogue.talk.REPORT_DISMISSED_MESSAGE,
)


def reportable() -> QuerySet[Report]:
    """All reports of what the desk decides about, the longest waiting first."""
    types = ContentType.objects.get_for_models(Gig, Brief, Message)
    return Report.objects.filter(content_type__in=types.values()).order_by("pk")


def target_of(report: Report) -> Target:
    """What a report is about, read anew: with the person it belongs to."""
    if report.content_type == ContentType.objects.get_for_model(Brief):
        return Brief.objects.select_related("buyer__profile", "category").get(pk=report.object_id)
    if report.content_type == ContentType.objects.get_for_model(Message):
        return Message.objects.select_related("sender__profile", "conversation__order").get(pk=report.object_id)
    return Gig.objects.select_related("seller__profile").get(pk=report.object_id)


def owner_of(target: Target) -> User:
    """Whose it is."""
    if isinstance(target, Message):
        return cast(User, target.sender)
    return target.buyer if isinstance(target, Brief) else target.seller


def words_about(target: Target) -> Words:
    """What who reported it is told."""
    if isinstance(target, Message):
        return _OF_MESSAGE
    return _OF_BRIEF if isinstance(target, Brief) else _OF_GIG


def address_of(target: Target) -> str:
    """Where it stands while it stays. Asked in the language that the address is for."""
    return (
        target.get_absolute_url()
        if isinstance(target, Brief | Message)
        else reverse("gigs:detail", args=[target.pk, target.slug])
    )


def take_down(target: Target, *, moderator: User, reason: str) -> None:
    """Let it disappear; what is gone already stays as it is."""
    if isinstance(target, Message):
        take_down_message(message_id=target.pk, reason=reason)
    elif isinstance(target, Brief):
        if target.status != BriefStatus.DENIED:
            deny_brief(brief_id=target.pk, reason=reason)
    elif target.status in (GigStatus.LIVE, GigStatus.PAUSED) and GIG_TRANSITIONS.allows(
        GigStatus(target.status), GigStatus.DENIED, MODERATOR
    ):
        take_down_gig(gig_id=target.pk, moderator=moderator, reason=reason)
