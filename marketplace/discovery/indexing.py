"""Wagtail's published and unpublished signals: the one exception to "no effect hides in a signal" (design.md).

A signal is only a nudge. What it misses, `tasks.catch_up` finds within a minute.
"""

import logging
from functools import partial
from typing import Any

from django.db import transaction
from wagtail.signals import published, unpublished

from marketplace.gigs.models import Gig

logger = logging.getLogger(__name__)


def connect_signals() -> None:
    """Index a gig when it is published or taken off."""
    published.connect(_on_change, sender=Gig, dispatch_uid="discovery_published")
    unpublished.connect(_on_change, sender=Gig, dispatch_uid="discovery_unpublished")


def _on_change(instance: Gig, **_kwargs: Any) -> None:
    # After commit: the status and the figures are written in the same transaction, after the signal.
    transaction.on_commit(partial(_index, instance.pk), robust=True)


def _index(gig_id: int) -> None:
    from marketplace.discovery.tasks import index_gig

    index_gig.delay(gig_id)
