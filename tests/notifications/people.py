"""People who can be reached, and what they are told."""

from typing import Any

from allauth.account.models import EmailAddress

from marketplace.accounts.models import User
from marketplace.notifications import catalogue, dispatching, services, spreading
from marketplace.notifications.models import Dispatch, Notification
from tests.factories import make_user


def reachable(*, email: str = "lin@example.com", phone: str | None = None, **fields: Any) -> User:
    """Somebody with a checked address."""
    user = make_user(name="林小满", email=email, phone=phone, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def tell(user: User, notice: catalogue.Notice = catalogue.orders.DELIVERED, **changes: Any) -> Notification:
    """One line, about an order."""
    values: dict[str, Any] = {"about": "品牌设计", "url": "/orders/ABC/"} | changes
    return services.notify(recipient_id=user.pk, notice=notice, **values)


def send_all() -> int:
    """What the job does once; returns how many left."""
    spreading.spread_lines()
    return sum(dispatching.deliver(dispatch_id=key) for key in dispatching.due_dispatches())


def ways(line: Notification) -> dict[str, str]:
    """The ways by which a line leaves, with their states."""
    return dict(Dispatch.objects.filter(notification=line).values_list("channel", "status"))
