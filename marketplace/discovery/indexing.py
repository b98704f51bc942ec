"""Wagtail's published and unpublished signals: the one exception to "no effect hides in a signal" (design.md).

A signal is only a nudge. What it misses, `tasks.catch_up` finds within a minute.
"""

import logging
from typing import Any

from wagtail.signals import published, unpublished

from marketplace.core.commits import after_commit
from marketplace.gigs.models import Gig

logger = logging.getLogger(__name__)


def connect_signals() -> None:
    """Index a gig when it is published or taken off."""
    published.connect(_on_change, sender=Gig, dispatch_uid="discovery_published")
    unpublished.connect(_on_change, sender=Gig, dispatch_uid="discovery_unpublished")


def _on_change(instance: Gig, **_kwargs: Any) -> None:
    # After commit: the status and the figures are written in the same transaction, after the signal.
    after_commit(_index, instance.pk)


def _index(gig_id: int) -> None:
    from marketplace.discovery.tasks import index_gig

    index_gig.delay(gig_id)
