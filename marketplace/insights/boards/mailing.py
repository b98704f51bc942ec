"""Making and sending the reports that are due: once each, in its reader's language."""

import logging
from datetime import date
from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from marketplace.core import clock
from marketplace.insights import locks
from marketplace.insights.boards import formats, reports
from marketplace.insights.boards.drawing import draw
from marketplace.insights.boards.periods import Period
from marketplace.insights.boards.selectors import boards_for
from marketplace.insights.models import ReportRhythm, ReportSubscription
from marketplace.notifications.letters import Item, Letter, address, letter

logger = logging.getLogger(__name__)
# Figures of the night are counted by then; nobody is woken.
_FIRST_HOUR = 8


def send_due_reports() -> int:
    """Have each report that is due made, once. Returns how many.

    The row is its own outbox: it moves on to its next day in the transaction that hands the report to a job.
    """
    now = timezone.localtime(clock.now())
    if now.hour < _FIRST_HOUR:
        return 0
    due = ReportSubscription.objects.filter(is_active=True, next_on__lte=now.date()).order_by("pk")
    return sum(_hand_over(pk, now.date()) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _hand_over(subscription_id: int, today: date) -> bool:
    subscription = locks.lock_due_report(subscription_id, today)
    if subscription is None:
        return False
    subscription.next_on = reports.following(ReportRhythm(subscription.rhythm), today)
    subscription.save(update_fields=["next_on"])
    transaction.on_commit(partial(_ask_worker, subscription_id, today))
    return True


def _ask_worker(subscription_id: int, today: date) -> None:
    from marketplace.insights.tasks import send_report as job  # tasks imports this module

    try:
        job.delay(subscription_id, today.isoformat())
    except (
        OperationalError
    ) as error:  # the broker is away: the next run finds it due again, and it is sent once all the same
        logger.warning("report %s could not be handed over: %s", subscription_id, error)
        ReportSubscription.objects.filter(pk=subscription_id).update(next_on=today)


def send_report(*, subscription_id: int, day: str) -> bool:
    """Make one report and send it. False where its reader left, lost the permission, or stopped it meanwhile, or has it.

    A message that the broker gives out twice, or a failed job that is run again after all, sends no second one.

    Raises OSError when the mail server cannot be reached.
    """
    subscription = ReportSubscription.objects.select_related("user").filter(pk=subscription_id, is_active=True).first()
    if subscription is None or not subscription.user.is_active or not subscription.user.email:
        return False
    if subscription.sent_at is not None and timezone.localdate(subscription.sent_at) >= date.fromisoformat(day):
        return False
    mail = make_report(subscription, date.fromisoformat(day))
    if mail is None:
        return False
    mail.send()
    ReportSubscription.objects.filter(pk=subscription_id).update(sent_at=clock.now())
    return True


def make_report(subscription: ReportSubscription, day: date) -> Letter | None:
    """The mail of a day: each board's figures beside the period before, and where to see more. None without any board."""
    user = subscription.user
    shown = [board for board in boards_for(user) if board.key in subscription.boards]
    if not shown:
        return None
    rhythm = ReportRhythm(subscription.rhythm)
    span, grain = reports.span_of(rhythm, day)
    query = f"period=own&first={span.first.isoformat()}&last={span.last.isoformat()}"
    # What staff chose for Wagtail's admin, where they read figures.
    with translation.override(_language(subscription)):
        items = []
        for board in shown:
            tiles, _charts = draw(board, Period(span, grain, "own", query))
            lines = [
                _("%(figure)s: %(value)s (%(before)s before)")
                % {"figure": tile.figure.label, "value": tile.text, "before": tile.before_text}
                + (f" · {tile.change}" if tile.change else "")
                for tile in tiles
            ]
            url = address(reverse("insights_board", args=[board.key])) + f"?{query}"
            items.append(Item(title=str(board.title), body="\n".join(lines), url=url))
        subject = _("Figures of Jiangji, %(days)s") % {"days": formats.span_label(span.first, span.last)}
        return letter(
            subject=subject,
            to=user.email,
            items=items,
            stop_url=address(reverse("insights_reports")),
            stop_words=_("Change or stop these reports"),
        )


def _language(subscription: ReportSubscription) -> str:
    profile = getattr(subscription.user, "wagtail_userprofile", None)
    return profile.get_preferred_language() if profile is not None else translation.get_language() or "zh-hans"
