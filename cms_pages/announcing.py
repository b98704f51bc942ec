"""Telling search engines which addresses came, changed or went: IndexNow (Bing, Yandex, Naver, Seznam) and Baidu.

What is to be told waits in AddressNews, written when a page changes (listening.py) or read from the gigs' own times
(`note_changed_gigs`: every way to change a gig sets its `updated_at`, pausing included). `tell` sends batches and forgets what
was taken. Without a key or token (docs/configuration.md) nothing is noted. The clock is the real one: engines live in it.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms_pages.models import AddressNews, GigNewsMark, SearchEngine
from marketplace.core.jobs import only_one
from marketplace.core.structured_data import absolute
from marketplace.gigs.models import Gig
from marketplace.operations.backlogs import Backlog, register_backlog

logger = logging.getLogger(__name__)

# IndexNow takes 10,000, Baidu 2,000.
BATCH = 1_000
GIGS_AT_ONCE, GIGS_A_RUN = 500, 20_000
# A transaction that began earlier may still show a change with an earlier time; none takes longer.
SETTLED = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT, MOST_TRIES = timedelta(minutes=5), timedelta(hours=6), 12
TIMEOUT_SECONDS = 15
JOB_SECONDS = 300


class NotTaken(Exception):
    """The engine did not take a batch: it may be tried again."""


class OverQuota(NotTaken):
    """No more today."""


def register_waiting() -> None:
    """Have the page of operations say how many addresses wait to be told. Called once, as the site starts."""
    register_backlog(
        Backlog(
            "search_engine_news",
            gettext_lazy("Addresses to be told to search engines"),
            AddressNews.objects.all,
            "noted_at",
            timedelta(days=1),
            is_real=True,
        )
    )


def engines() -> list[SearchEngine]:
    """Whom we have a key for."""
    return [engine for engine in SearchEngine if settings.SEARCH_PUSH[engine.value]["key"]]


def note(*, addresses: Iterable[str], is_gone: bool = False) -> None:
    """Remember absolute addresses for every engine. Baidu takes none that are gone. One that waits already waits on."""
    wanted = [engine for engine in engines() if not (is_gone and engine == SearchEngine.BAIDU)]
    now, unique = timezone.now(), sorted({address for address in addresses if len(address) <= 500})
    rows = [
        AddressNews(engine=engine, address=address, noted_at=now, next_try_at=now)
        for engine in wanted
        for address in unique
    ]
    # A later time on a row that is being sent just now keeps it from being forgotten afterwards.
    AddressNews.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["engine", "address"], update_fields=["noted_at"]
    )


def note_page(page: Page, *, is_gone: bool = False) -> None:
    """Remember a page that was published, or (`is_gone`) taken down. Its address is that of its language alone."""
    if engines() and page.url and not page.get_view_restrictions():
        is_hidden = getattr(page.specific, "hidden_from_search", False)
        note(addresses=[absolute(page.url)], is_gone=is_gone or is_hidden)


def note_changed_gigs() -> int:
    """Remember the gigs that changed since the last run; returns how many. Those from before the first run are the sitemap's."""
    if not engines():
        return 0
    with only_one("announce_gigs", seconds=JOB_SECONDS) as is_ours:
        return _read_changes() if is_ours else 0


def _read_changes() -> int:
    until = timezone.now() - SETTLED
    mark = GigNewsMark.objects.order_by("pk").first() or GigNewsMark.objects.create(changed_at=until)
    done = 0
    while done < GIGS_A_RUN:
        shown_once = Gig.objects.filter(first_published_at__isnull=False, updated_at__lte=until)
        # Both conditions: the first is the index's, the second tells those of the same moment apart.
        later = shown_once.filter(updated_at__gte=mark.changed_at).exclude(
            updated_at=mark.changed_at, pk__lte=mark.gig_id
        )
        gigs = list(later.order_by("updated_at", "pk").select_related("seller").defer("description")[:GIGS_AT_ONCE])
        for is_gone in (False, True):
            chosen = [gig for gig in gigs if gig.is_on_sale != is_gone]
            note(addresses=[address for gig in chosen for address in _addresses(gig)], is_gone=is_gone)
        if gigs:
            mark.changed_at, mark.gig_id = gigs[-1].updated_at, gigs[-1].pk
            mark.save()
        done += len(gigs)
        if len(gigs) < GIGS_AT_ONCE:
            break
    return done


def _addresses(gig: Gig) -> list[str]:
    path = gig.get_absolute_url()
    others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    return [absolute(path), *(absolute(f"/{code}{path}") for code in others)]


def tell(engine: SearchEngine) -> int:
    """Send what is due to one engine; returns how many addresses it took. Safe to run twice: one at a time."""
    if engine not in engines():
        return 0
    with only_one(f"announce_{engine}", seconds=JOB_SECONDS) as is_ours:
        return _tell(engine) if is_ours else 0


def _tell(engine: SearchEngine) -> int:
    taken = 0
    while rows := _due(engine):
        try:
            _send(engine, [row.address for row in rows])
        except NotTaken as refusal:
            _put_off(rows, refusal)
            break
        for row in rows:
            AddressNews.objects.filter(pk=row.pk, noted_at=row.noted_at).delete()
        taken += len(rows)
    return taken


def _due(engine: SearchEngine) -> list[AddressNews]:
    waiting = AddressNews.objects.filter(engine=engine, next_try_at__lte=timezone.now())
    return list(waiting.order_by("next_try_at", "pk")[:BATCH])


def _put_off(rows: Sequence[AddressNews], refusal: NotTaken) -> None:
    """The whole queue of the engine waits; what was refused often is given up: the sitemap names it anyway."""
    logger.warning("a search engine did not take %s addresses: %s", len(rows), refusal)
    waiting = AddressNews.objects.filter(engine=rows[0].engine)
    if isinstance(refusal, OverQuota):
        waiting.update(next_try_at=_tomorrow())
        return
    wait = min(FIRST_WAIT * 2 ** rows[0].tries, LONGEST_WAIT)
    sent = AddressNews.objects.filter(pk__in=[row.pk for row in rows])
    sent.update(tries=F("tries") + 1)
    sent.filter(tries__gte=MOST_TRIES).delete()
    waiting.update(next_try_at=timezone.now() + wait)


def _tomorrow() -> datetime:
    """The beginning of the next day in China, where Baidu counts."""
    return (timezone.localtime() + timedelta(days=1)).replace(hour=0, minute=5, second=0, microsecond=0)


def _send(engine: SearchEngine, addresses: list[str]) -> None:
    """Raises NotTaken and OverQuota."""
    send = _send_to_indexnow if engine == SearchEngine.INDEXNOW else _send_to_baidu
    try:
        send(addresses)
    except requests.RequestException as silence:
        # Only its kind: the text of a network error carries the whole address, and with it Baidu's token.
        raise NotTaken(type(silence).__name__) from None


def _send_to_indexnow(addresses: list[str]) -> None:
    push = settings.SEARCH_PUSH["indexnow"]
    body = {
        "host": urlsplit(settings.SITE_URL).netloc,
        "key": push["key"],
        "keyLocation": f"{settings.SITE_URL}/indexnow-key.txt",
        "urlList": addresses,
    }
    reply = requests.post(push["endpoint"], json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    # 202: taken, the key will be looked at later.
    if reply.status_code not in (200, 202):
        raise NotTaken(f"IndexNow said {reply.status_code}")


def _send_to_baidu(addresses: list[str]) -> None:
    push = settings.SEARCH_PUSH["baidu"]
    reply = requests.post(
        push["endpoint"],
        params={"site": settings.SITE_URL, "token": push["key"]},
        data="\n".join(addresses).encode(),
        headers={"Content-Type": "text/plain"},
        timeout=TIMEOUT_SECONDS,
        allow_redirects=False,
    )
    try:
        answer = reply.json()
    except requests.exceptions.JSONDecodeError:
        answer = {}
    message = str(answer.get("message", ""))
    if message == "over quota":
        raise OverQuota(message)
    if reply.status_code != 200 or "success" not in answer:
        raise NotTaken(f"Baidu said {reply.status_code} {message}")
    refused = [*answer.get("not_same_site", []), *answer.get("not_valid", [])]
    if refused:
        logger.warning("Baidu refused %s addresses for good, such as %s", len(refused), refused[0])
    elif answer["success"] < len(addresses):
        raise OverQuota(f"it took {answer['success']} of {len(addresses)}")


@require_safe
def key_file(request: HttpRequest) -> HttpResponse:
    """`/indexnow-key.txt`: shows IndexNow that who sends addresses owns the site. The key is public by design."""
    key = settings.SEARCH_PUSH["indexnow"]["key"]
    if not key:
        raise Http404
    return HttpResponse(key, content_type="text/plain")
