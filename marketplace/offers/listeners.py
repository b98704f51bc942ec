"""Who wants to know, after the commit, that something was offered or answered.

Messaging is a room above this one and may not be imported here: it says at start-up (messaging/apps.py) that its open
windows show offers. A lost call costs a reload, never an offer.
"""

import logging
from collections.abc import Callable
from functools import partial

from django.db import transaction

from marketplace.offers.models import Negotiation

Listener = Callable[[Negotiation], object]
_listeners: list[Listener] = []
logger = logging.getLogger(__name__)


def told_by(listener: Listener) -> None:
    """Name the one function that is called with a negotiation when it has changed."""
    _listeners[:] = [listener]


def changed(negotiation: Negotiation) -> None:
    """Tell of a change once it is committed."""
    for listener in _listeners:
        transaction.on_commit(partial(_call, listener, negotiation))


def _call(listener: Listener, negotiation: Negotiation) -> None:
    try:
        listener(negotiation)
    except Exception:  # the offer is written; who has the page open sees it with the next load
        logger.exception("nobody was shown the change of negotiation %s", negotiation.pk)
