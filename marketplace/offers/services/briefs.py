"""What a buyer does with a brief."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.money import display_yuan
from marketplace.gigs.models import GigCategory
from marketplace.notifications import catalogue
from marketplace.notifications.services import recipient_language
from marketplace.offers import locks
from marketplace.offers.errors import BriefError, BriefErrorCode
from marketplace.offers.listeners import changed
from marketplace.offers.models import Brief, BriefFile, Negotiation
from marketplace.offers.sent_files import BRIEF_FILES, FILES_PER_BRIEF
from marketplace.offers.services._briefs import end_open_offers, require_brief_move
from marketplace.offers.services._rules import end_agreement, tell
from marketplace.offers.states import MODERATOR, OWNER, BriefStatus, OfferStatus
from marketplace.orders.services import still_payable, stop_unpaid_plan
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.services import attach_uploads
from marketplace.uploads.states import UploadState


@transaction.atomic
def publish_brief(
    *,
    buyer: User,
    category: GigCategory,
    title: str,
    story: str,
    budget_max_fen: int,
    wanted_by: date,
    valid_days: int,
    budget_min_fen: int | None = None,
    files: Sequence[Upload] = (),
) -> Brief:
    """Ask for offers. Sellers of the subcategory are told by a job (`announce_brief`). Amounts in fen, days of China's.

    `files` are the buyer's own uploads for a brief, ready. Raises BriefError TOO_MANY_OPEN, VALIDITY, BUDGET, WANTED_BY,
    CATEGORY, TOO_MANY_FILES or ACCOUNT_CLOSING, and UploadError NOT_READY.
    """
    _check(category, budget_min_fen, budget_max_fen, wanted_by, valid_days)
    if not hold_people(buyer.pk):
        raise BriefError(BriefErrorCode.ACCOUNT_CLOSING)
    _require_room(buyer)
    now = clock.now()
    brief = Brief.objects.create(
        buyer=buyer,
        category=category,
        title=title.strip(),
        story=story.strip(),
        budget_min_fen=budget_min_fen,
        budget_max_fen=budget_max_fen,
        wanted_by=wanted_by,
        published_at=now,
        expires_at=now + timedelta(days=valid_days),
    )
    _keep_files(files, brief)
    return brief


@transaction.atomic
def close_brief(*, brief_id: int, buyer: User) -> Brief:
    """Take no offers any more; the open ones end, and their sellers are told. Safe to call twice.

    Raises BriefError WRONG_STATE.
    """
    brief = _lock(brief_id, buyer)
    if brief.status == BriefStatus.CLOSED:
        return brief
    require_brief_move(brief, to=BriefStatus.CLOSED, actor=OWNER)
    _end(brief, BriefStatus.CLOSED)
    notice = catalogue.offers.BRIEF_CLOSED
    end_open_offers(brief, at=clock.now(), notice=notice)
    return brief


@transaction.atomic
def reopen_brief(*, brief_id: int, buyer: User, valid_days: int, wanted_by: date | None = None) -> Brief:
    """Take offers again, for this many days from now, wanted by the same day (of China's) or by another one: whose offers
    its end had ended hear of it, and the job tells sellers who were not told before.

    After an offer was chosen only while nothing has been paid for it, nor can be, or when all of it went back: then what was
    agreed holds no longer. Safe to call twice. Raises BriefError WRONG_STATE, PAID, VALIDITY, WANTED_BY or
    TOO_MANY_OPEN, and OrderError PAYMENT_CHECKED.
    """
    _check_validity(valid_days)
    # What ends may be an agreement in stages, which holds its people: they come before the brief.
    agreed = Negotiation.objects.filter(brief=brief_id, offers__status=OfferStatus.ACCEPTED)
    hold_people(buyer.pk, *agreed.values_list("seller_id", flat=True))
    brief = _lock(brief_id, buyer)
    if brief.status == BriefStatus.OPEN:
        return brief
    require_brief_move(brief, to=BriefStatus.OPEN, actor=OWNER)
    brief.wanted_by = wanted_by or brief.wanted_by
    _check_wanted_by(brief.wanted_by)
    _require_room(buyer)
    for negotiation in locks.lock_negotiations_of(brief):
        _open_again(negotiation, brief, buyer)
    brief.status, brief.ended_at, brief.announced_at = BriefStatus.OPEN, None, None
    brief.expires_at = clock.now() + timedelta(days=valid_days)
    brief.save(update_fields=["status", "ended_at", "announced_at", "expires_at", "wanted_by", "updated_at"])
    return brief


@transaction.atomic
def deny_brief(*, brief_id: int, reason: str) -> bool:
    """A moderator takes a brief down: nobody sees it any more, and open offers end. Who decided stands with whoever calls.

    Returns False when it is down already. What was agreed stands.
    """
    brief = locks.lock_brief(brief_id)
    if brief.status == BriefStatus.DENIED:
        return False
    require_brief_move(brief, to=BriefStatus.DENIED, actor=MODERATOR)
    _end(brief, BriefStatus.DENIED)
    end_open_offers(brief, at=clock.now(), notice=catalogue.offers.BRIEF_TAKEN_DOWN)
    tell(brief.buyer_id, brief, catalogue.offers.BRIEF_DENIED, reason)
    return True


def _lock(brief_id: int, buyer: User) -> Brief:
    brief = locks.lock_brief(brief_id)
    if brief.buyer_id != buyer.pk:
        raise PermissionDenied
    return brief


def _end(brief: Brief, status: BriefStatus) -> None:
    brief.status, brief.ended_at = status, clock.now()
    brief.save(update_fields=["status", "ended_at", "updated_at"])


def _open_again(negotiation: Negotiation, brief: Brief, buyer: User) -> None:
    """End what was agreed in a (locked) negotiation, and tell its seller that an offer is welcome. Raises BriefError PAID."""
    newest = negotiation.offers.order_by("-number").first()
    if newest is None or newest.answered_at is None:
        return  # of a brief that ran out, an offer may still wait
    if newest.status == OfferStatus.ACCEPTED:
        if not _drop_unpaid(negotiation, buyer):
            raise BriefError(BriefErrorCode.PAID)
        end_agreement(negotiation, newest, status=OfferStatus.OVERTAKEN)
        told = catalogue.offers.BRIEF_REOPENED_UNPAID
    elif newest.has_lapsed or (
        newest.status == OfferStatus.OVERTAKEN and brief.ended_at and newest.answered_at >= brief.ended_at
    ):
        told = catalogue.offers.BRIEF_REOPENED
    else:
        return
    tell(negotiation.seller_id, brief, told, brief.title)
    changed(negotiation)


def _drop_unpaid(negotiation: Negotiation, buyer: User) -> bool:
    """Whether nothing of what was agreed is paid for, or can be in this moment; what was undone again counts as not paid."""
    if negotiation.plan_id is not None:
        with recipient_language():
            words = gettext("The brief takes offers again.")
        return stop_unpaid_plan(plan_id=negotiation.plan_id, user=buyer, words=words)
    if negotiation.order_id is None:
        return True
    order = still_payable(order_id=negotiation.order_id)
    return order is None or order.is_undone


def _require_room(buyer: User) -> None:
    # A courtesy and no lock: of two briefs published in the same moment both may pass.
    limit = get_config("briefs.open_per_buyer")
    if Brief.objects.filter(buyer=buyer, status=BriefStatus.OPEN).count() >= limit:
        raise BriefError(BriefErrorCode.TOO_MANY_OPEN, limit=limit)


def _check_validity(valid_days: int) -> None:
    most = get_config("briefs.valid_days_maximum")
    if not 1 <= valid_days <= most:
        raise BriefError(BriefErrorCode.VALIDITY, most=most)


def _check(
    category: GigCategory, budget_min_fen: int | None, budget_max_fen: int, wanted_by: date, valid_days: int
) -> None:
    if category.parent_id is None:
        raise BriefError(BriefErrorCode.CATEGORY)
    least, most = get_config("gigs.minimum_price_fen"), get_config("gigs.maximum_price_fen")
    lowest = budget_min_fen if budget_min_fen is not None else budget_max_fen
    if not least <= lowest <= budget_max_fen <= most:
        raise BriefError(BriefErrorCode.BUDGET, least=display_yuan(least), most=display_yuan(most))
    _check_wanted_by(wanted_by)
    _check_validity(valid_days)


def _check_wanted_by(day: date) -> None:
    if day <= timezone.localdate(clock.now()):
        raise BriefError(BriefErrorCode.WANTED_BY)


def _keep_files(files: Sequence[Upload], brief: Brief) -> None:
    """Write the rows of `files`. Raises BriefError TOO_MANY_FILES, and UploadError NOT_READY for what is not the buyer's, not
    sent for a brief, still looked into, used already or gone meanwhile."""
    if len(files) > FILES_PER_BRIEF:
        raise BriefError(BriefErrorCode.TOO_MANY_FILES, limit=FILES_PER_BRIEF)
    for upload in files:
        if (upload.owner_id, upload.purpose, upload.state) != (brief.buyer_id, BRIEF_FILES.key, UploadState.READY):
            raise UploadError(UploadErrorCode.NOT_READY, name=upload.name)
    attached = attach_uploads(owner=brief.buyer, names=[upload.result_name for upload in files], only_unused=True)
    for upload in files:
        if upload.result_name not in attached:
            raise UploadError(UploadErrorCode.NOT_READY, name=upload.name)
        BriefFile.objects.create(brief=brief, file=upload.result_name, name=upload.name, size=upload.size)
