"""Reports by e-mail: who gets which, and when the next one is due."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.insights.figures import Grain, Span, add_months
from marketplace.insights.models import ReportRhythm, ReportSubscription


def own(user: User) -> QuerySet[ReportSubscription]:
    """The reports that this person gets."""
    return ReportSubscription.objects.filter(user=user, is_active=True)


@transaction.atomic
def subscribe(*, user: User, boards: Sequence[str], rhythm: str) -> ReportSubscription:
    """Have the figures of these boards sent to this person. The same rhythm again changes which boards it holds."""
    today = timezone.localdate(clock.now())
    subscription, _made = ReportSubscription.objects.update_or_create(
        user=user,
        rhythm=ReportRhythm(rhythm),
        defaults={"boards": list(boards), "is_active": True, "next_on": following(ReportRhythm(rhythm), today)},
    )
    return subscription


def unsubscribe(*, user: User, subscription_id: int) -> None:
    """Stop a report of this person's. Safe to call twice. Raises Http404 for another's."""
    if not ReportSubscription.objects.filter(pk=subscription_id, user=user).update(is_active=False):
        raise Http404


def following(rhythm: ReportRhythm, day: date) -> date:
    """The next day after `day` on which a report of this rhythm comes."""
    match rhythm:
        case ReportRhythm.DAILY:
            return day + timedelta(days=1)
        case ReportRhythm.WEEKLY:
            return day + timedelta(days=7 - day.weekday())
    return add_months(day, 1)


def span_of(rhythm: ReportRhythm, day: date) -> tuple[Span, Grain]:
    """The days that the report of `day` tells of: yesterday, the last seven, or the month before."""
    yesterday = day - timedelta(days=1)
    match rhythm:
        case ReportRhythm.DAILY:
            return Span(yesterday, yesterday), Grain.DAY
        case ReportRhythm.WEEKLY:
            return Span(day - timedelta(days=7), yesterday), Grain.DAY
    return Span(add_months(day, -1), day.replace(day=1) - timedelta(days=1)), Grain.WEEK
