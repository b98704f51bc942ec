"""Which services somebody looked at: kept only for whoever agreed to that, and written beside the request.

A page only pushes onto a list in Valkey, and only for people who agreed; a job writes the list, joined with the consents as they
stand then. Machines, pages fetched ahead and staff looking as somebody are left out where gigs are counted (gigs/middleware.py).
"""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from marketplace.accounts.models import ConsentDocument, User
from marketplace.accounts.selectors import has_consent
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.jobs import Deadline
from marketplace.core.valkey import client_beside_pages
from marketplace.discovery.recommending.models import GigView, PersonalisationOff
from marketplace.discovery.suggestion_models import SearchPause

logger = logging.getLogger(__name__)

_QUEUE = "{discovery:views}:open"
_BATCH = 5_000
# How long a page may go by what it last knew; whoever changes their mind is believed at once (`forget_choice`).
_KNOWN_SECONDS = 300

# One statement for a batch. Consent, pause and switch are asked of the tables again: they may have changed since. A visit within
# half an hour of the last is the same one, a day among the recommendations counts once.
_WRITE = """
INSERT INTO discovery_gigview AS known (user_id, gig_id, views, viewed_at, shown, shown_on, touched_at)
SELECT person.id, gig.id, (max(noted.opened_at) IS NOT NULL)::int, max(noted.opened_at),
       (max(noted.shown_on) IS NOT NULL)::int, max(noted.shown_on), max(noted.at)
FROM unnest(%(users)s::bigint[], %(gigs)s::bigint[], %(opened)s::timestamptz[], %(shown)s::date[], %(at)s::timestamptz[])
     AS noted (user_id, gig_id, opened_at, shown_on, at)
JOIN accounts_user person ON person.id = noted.user_id AND person.is_active
JOIN gigs_gig gig ON gig.id = noted.gig_id AND gig.seller_id <> person.id
WHERE EXISTS (SELECT FROM accounts_consentrecord consent WHERE consent.user_id = person.id
                AND consent.document = %(document)s AND consent.withdrawn_at IS NULL)
  AND NOT EXISTS (SELECT FROM discovery_searchpause pause WHERE pause.user_id = person.id)
  AND NOT EXISTS (SELECT FROM discovery_personalisationoff off WHERE off.user_id = person.id)
GROUP BY person.id, gig.id
ORDER BY person.id, gig.id
ON CONFLICT (user_id, gig_id) DO UPDATE SET
    views = known.views + CASE WHEN known.viewed_at > excluded.viewed_at - interval '30 minutes' THEN 0
                               ELSE excluded.views END,
    viewed_at = greatest(known.viewed_at, excluded.viewed_at),
    shown = known.shown + CASE WHEN known.shown_on >= excluded.shown_on THEN 0 ELSE excluded.shown END,
    shown_on = greatest(known.shown_on, excluded.shown_on),
    touched_at = greatest(known.touched_at, excluded.touched_at)
"""


def keeps_views(user: User) -> bool:
    """Whether what this person looks at is kept: they agreed to it, did not pause the history, and want personal rows."""
    key = _choice_key(user.pk)
    known: bool | None = forgiving_cache.get(key)
    if known is None:
        known = (
            has_consent(user, ConsentDocument.VIEWS)
            and not SearchPause.objects.filter(user=user).exists()
            and not PersonalisationOff.objects.filter(user=user).exists()
        )
        forgiving_cache.set(key, known, timeout=_KNOWN_SECONDS)
    return known


def forget_choice(user_id: int) -> None:
    """The person has just chosen otherwise."""
    forgiving_cache.delete(_choice_key(user_id))


def note_views(user: User, gig_ids: Iterable[int]) -> None:
    """This person opened these gigs. Nothing is noted without their consent; a Valkey that is away costs a view, no page."""
    now = clock.now().timestamp()
    _push(user, [["o", user.pk, gig_id, now] for gig_id in gig_ids])


def note_shown(user: User, gig_ids: Iterable[int]) -> None:
    """These gigs were recommended to this person."""
    now = clock.now().timestamp()
    _push(user, [["s", user.pk, gig_id, now] for gig_id in gig_ids])


def write_views() -> int:
    """Write what was noted since the last run. Returns how many rows of people and gigs.

    A run that dies between taking and writing loses that batch: a view less, never one too many. Raises redis.RedisError.
    """
    written = 0
    while batch := cast("list[bytes] | None", _client().lpop(_QUEUE, _BATCH)):
        notes = [json.loads(one) for one in batch]
        at = [datetime.fromtimestamp(moment, UTC) for _kind, _user, _gig, moment in notes]
        with connection.cursor() as cursor:
            cursor.execute(
                _WRITE,
                {
                    "users": [note[1] for note in notes],
                    "gigs": [note[2] for note in notes],
                    "opened": [moment if note[0] == "o" else None for note, moment in zip(notes, at, strict=True)],
                    "shown": [
                        timezone.localdate(moment) if note[0] == "s" else None
                        for note, moment in zip(notes, at, strict=True)
                    ],
                    "at": at,
                    "document": ConsentDocument.VIEWS.value,
                },
            )
            written += cursor.rowcount
    return written


def forget_views(*, user: User, gig_id: int | None = None) -> int:
    """Delete what is kept of what this person looked at, all of it or one gig; returns how many rows went."""
    rows = GigView.objects.filter(user=user)
    return (rows if gig_id is None else rows.filter(gig_id=gig_id)).delete()[0]


def forget_old_views(*, until: Deadline, batch: int = 5_000) -> int:
    """Delete what is older than `discovery.views_days`; returns how many rows. Safe to run twice."""
    old = GigView.objects.filter(touched_at__lt=clock.now() - timedelta(days=get_config("discovery.views_days")))
    forgotten = 0
    while not until.is_over:
        deleted = GigView.objects.filter(pk__in=old.order_by("touched_at").values("pk")[:batch]).delete()[0]
        if not deleted:
            break
        forgotten += deleted
    return forgotten


def _push(user: User, notes: list[list[object]]) -> None:
    if not notes or not keeps_views(user):
        return
    try:
        _client().rpush(_QUEUE, *(json.dumps(note) for note in notes))
    except redis.RedisError as error:
        logger.warning("%s views are lost: %s", len(notes), error)


def _choice_key(user_id: int) -> str:
    return f"discovery:keeps_views:{user_id}"


def _client() -> redis.Redis:
    # As gigs/counting.py: Django's cache knows no lists.
    return client_beside_pages(str(settings.CACHES["default"]["LOCATION"]))
