"""Announcing versions of the rules, and which are in force. They take effect by the clock: no job has to run for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from cms_pages import locks
from cms_pages.errors import RulesTextError, RulesTextErrorCode
from cms_pages.models import RulesComment, RulesText
from cms_pages.models.rules_texts import COMMENT_LENGTH
from cms_pages.rules_figures import changes_something, check_new_figures, digest_of_draft, settings_in
from marketplace.accounts.models import User
from marketplace.core import clock, page_cache
from marketplace.core.config import get_config, get_configs
from marketplace.core.locks import hold_settings
from marketplace.core.remembered import remember
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language

_CACHE_KEY = "cms:rules_texts"
_CACHE_SECONDS = 300
# What shows which versions there are: the list of them, and pages with a notice, a text in force or its days.
_TAG = "rules-texts"
TOLD_AT_ONCE = 200


class Announced(NamedTuple):
    """When which version takes comments, and when it takes effect."""

    document: str
    number: int
    comments_until: datetime
    effective_at: datetime


def announced_texts() -> list[Announced]:
    """All announced versions, by number. One query, then none for five minutes or until one is announced.

    A page that is kept shows the same, and not longer than until the next of their moments.
    """
    found = remember(_CACHE_KEY, _read_announced, seconds=_CACHE_SECONDS)
    now = clock.now()
    moments = [moment for one in found for moment in (one.comments_until, one.effective_at) if moment > now]
    page_cache.shows(_TAG, until=min(moments, default=None))
    return found


def _read_announced() -> list[Announced]:
    page_cache.shows(_TAG)
    rows = RulesText.objects.filter(announced_at__isnull=False, withdrawn_at=None).order_by("number")
    return [Announced(*row) for row in rows.values_list("document", "number", "comments_until", "effective_at")]


def numbers_in_force() -> dict[str, int]:
    """The number of the version in force now, by document."""
    now = clock.now()
    return {one.document: one.number for one in announced_texts() if one.effective_at <= now}


def numbers_coming() -> dict[str, int]:
    """The number of the version that takes effect next, by document."""
    now = clock.now()
    return {one.document: one.number for one in reversed(announced_texts()) if one.effective_at > now}


def texts_coming() -> list[RulesText]:
    """The version of each document that takes effect next, without its long texts."""
    coming = numbers_coming()
    if not coming:
        return []
    key = f"cms:rules_coming:{'-'.join(f'{document}{number}' for document, number in sorted(coming.items()))}"
    return remember(key, lambda: _read_coming(coming), seconds=_CACHE_SECONDS)


def _read_coming(coming: Mapping[str, int]) -> list[RulesText]:
    page_cache.shows(_TAG)
    chosen = Q(*[Q(document=document, number=number) for document, number in coming.items()], _connector=Q.OR)
    return list(
        RulesText.objects.filter(chosen, announced_at__isnull=False).defer("body_zh", "body_en").order_by("-number")
    )


def text_of(document: str, number: int | None) -> RulesText | None:
    """An announced version; a withdrawn one too, so that links to it do not die."""
    if not number:
        return None
    return RulesText.objects.filter(document=document, number=number, announced_at__isnull=False).first()


def texts_of_archive() -> list[RulesText]:
    """All versions that were ever announced, the newest first, without their long texts."""
    announced = RulesText.objects.filter(announced_at__isnull=False)
    return list(announced.defer("body_zh", "body_en").order_by("-number"))


def version_before(text: RulesText) -> RulesText | None:
    """What this version replaces or replaced."""
    earlier = RulesText.objects.filter(document=text.document, announced_at__isnull=False, withdrawn_at=None)
    return earlier.filter(number__lt=text.number).order_by("-number").first()


@transaction.atomic
def announce_rules_text(
    *,
    text_id: int,
    effective_at: datetime,
    comments_until: datetime,
    new_figures: Mapping[str, int] | None = None,
    digest: str | None = None,
    opens_site: bool = False,
) -> RulesText:
    """Make a draft known to everybody, to take effect at `effective_at`. Members are told by a job.

    `opens_site`: the first version of a document, before anybody does business here, replaces nothing and may take effect at
    once; on a site that runs it replaces what its page says. `new_figures` are settings that the text
    quotes and changes, in the unit of each; they too need notice. With `digest` the draft must be the one that somebody read
    (digest_of_draft). Raises RulesTextError ANNOUNCED, DRAFT_CHANGED, NOT_WHOLE, NOT_QUOTED, OUT_OF_BOUNDS, TOO_SOON,
    COMMENTS_TOO_SHORT, COMMENTS_TOO_LONG, BEFORE_ANOTHER.
    """
    document = RulesText.objects.values_list("document", flat=True).get(pk=text_id)
    locks.lock_document(document)
    hold_settings()  # what it quotes is not changed without notice meanwhile
    text = RulesText.objects.get(pk=text_id)
    now = clock.now()
    if text.announced_at is not None:
        raise RulesTextError(RulesTextErrorCode.ANNOUNCED)
    if digest is not None and digest != digest_of_draft(text):
        raise RulesTextError(RulesTextErrorCode.DRAFT_CHANGED)
    if not (text.body_zh and text.body_en and text.changes_zh.strip() and text.changes_en.strip()):
        raise RulesTextError(RulesTextErrorCode.NOT_WHOLE)
    others = RulesText.objects.filter(document=document, announced_at__isnull=False)
    number = (others.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    figures = check_new_figures(text, new_figures or {})
    if number > 1 or not opens_site or changes_something(figures):
        _require_notice(effective_at, comments_until, now=now)
        last = others.filter(withdrawn_at=None).order_by("-effective_at").values_list("effective_at", flat=True).first()
        if last is not None and last >= effective_at:
            raise RulesTextError(RulesTextErrorCode.BEFORE_ANOTHER, day=date_format(last, "DATE_FORMAT"))
    text.number, text.announced_at = number, now
    text.effective_at, text.comments_until = max(effective_at, now), comments_until
    text.figures, text.new_figures = get_configs(settings_in(text)), figures
    text.save(update_fields=["number", "announced_at", "effective_at", "comments_until", "figures", "new_figures"])
    page_cache.forget(_TAG)
    return text


def _require_notice(effective_at: datetime, comments_until: datetime, *, now: datetime) -> None:
    notice_days, comment_days = get_config("rules.notice_days"), get_config("rules.comment_days")
    if effective_at < now + timedelta(days=notice_days):
        raise RulesTextError(RulesTextErrorCode.TOO_SOON, days=notice_days)
    if comments_until < now + timedelta(days=comment_days):
        raise RulesTextError(RulesTextErrorCode.COMMENTS_TOO_SHORT, days=comment_days)
    if comments_until > effective_at:
        raise RulesTextError(RulesTextErrorCode.COMMENTS_TOO_LONG)


@transaction.atomic
def withdraw_rules_text(*, text_id: int) -> None:
    """Take an announced version back before it holds. Twice is once. Raises RulesTextError IN_FORCE."""
    text = locks.lock_text(text_id)
    if text.withdrawn_at is not None:
        return
    if not text.is_coming:
        raise RulesTextError(RulesTextErrorCode.IN_FORCE)
    text.withdrawn_at = clock.now()
    text.save(update_fields=["withdrawn_at"])
    page_cache.forget(_TAG)


def comment_on_rules(*, text_id: int, comment: str) -> RulesComment:
    """Keep what somebody thinks of announced rules. A long comment is cut.

    Raises RulesTextError COMMENTS_CLOSED, COMMENT_EMPTY.
    """
    text = RulesText.objects.get(pk=text_id)
    if not text.takes_comments:
        raise RulesTextError(RulesTextErrorCode.COMMENTS_CLOSED)
    if not comment.strip():
        raise RulesTextError(RulesTextErrorCode.COMMENT_EMPTY)
    return RulesComment.objects.create(text=text, comment=comment.strip()[:COMMENT_LENGTH])


@transaction.atomic
def tell_next_members() -> int:
    """Tell the next members of an announced version; returns how many. 0: everybody knows.

    Nobody is told twice: how far it came is written with the lines, under the version's lock.
    """
    text = locks.lock_untold()
    if text is None:
        return 0
    people = User.objects.filter(is_active=True, pk__gt=text.told_through, date_joined__lte=text.announced_at)
    ids = list(people.order_by("pk").values_list("pk", flat=True)[:TOLD_AT_ONCE])
    with recipient_language():
        url, document = text.get_absolute_url(), str(text.get_document_display())
        day = date_format(timezone.localtime(text.effective_at), "DATE_FORMAT")
    for user_id in ids:
        notify(
            recipient_id=user_id, notice=catalogue.rules.ANNOUNCED, url=url, words={"document": document, "day": day}
        )
    if ids:
        text.told_through = ids[-1]
    if len(ids) < TOLD_AT_ONCE:
        text.told_at = clock.now()
    text.save(update_fields=["told_through", "told_at"])
    return len(ids)
