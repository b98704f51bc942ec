"""What insights keep of a person (accounts/personal_data.py)."""

from collections.abc import Iterable
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Section, Table, plain, table
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.insights.models import OrderChannel, ReportSubscription, VisitorDay
from marketplace.insights.visits.recording import mark_of_account


class InsightsSection(Section):
    """Days on which the account visited, the way its orders came by, and reports by e-mail.

    A visitor's mark leads nowhere by itself; with the portal's key the mark of an account can be made again for each day that is
    kept. So these rows are de-identified, not anonymous (个人信息保护法 §73): they belong in the copy, and go with the account.
    """

    exported = frozenset({"insights.ReportSubscription.user"})

    def tables(self, user: User) -> Iterable[Table]:
        """Days of visits, channels of orders; which figures somebody of the staff is sent."""
        yield table(
            "visits",
            visits_of(user).order_by("day"),
            **plain("day", "channel", "pages", "searched", "saw_gig", "checked_out", "ordered", "paid"),
        )
        yield table(
            "order_channels",
            OrderChannel.objects.filter(order__buyer=user).order_by("pk"),
            order="order__number",
            channel="channel",
        )
        yield table(
            "figure_reports",
            ReportSubscription.objects.filter(user=user),
            **plain("boards", "rhythm", "next_on", "sent_at", "is_active"),
        )

    def erase(self, user: User) -> None:
        """The days of visits. The channel stays with the order, which is kept."""
        visits_of(user).delete()


def visits_of(user: User) -> QuerySet[VisitorDay]:
    """The days of an account that are still kept: its mark is made again for each of them."""
    today = timezone.localdate(clock.now())
    # A day more than is kept: of the one that the night has yet to forget.
    days = [today - timedelta(days=number) for number in range(get_config("insights.visitor_days") + 2)]
    marks = (Q(day=day, visitor=mark_of_account(user.pk, day)) for day in days)
    return VisitorDay.objects.filter(reduce(or_, marks))
