"""What people say to each other and keep: conversations, quick replies, notifications, favourites, searches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.conf import settings

from marketplace.accounts.models import ConsentDocument, ConsentRecord
from marketplace.discovery.models import SearchHistory
from marketplace.gigs.models import Favourite, Gig
from marketplace.messaging.models import (
    Conversation,
    ConversationKind,
    Message,
    MessageTemplate,
    Participant,
    ParticipantRole,
)
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.services import recipient_language
from marketplace.notifications.wording import BODY_LENGTH, TITLE_LENGTH, cut, said
from marketplace.orders.models import Order, OrderEventType
from marketplace.reviews.models import ReviewSide
from portal.demo import phrases
from portal.demo.bulk import backdate, insert
from portal.demo.offers import Offer
from portal.demo.people import People
from portal.demo.plan import BUYER, SELLER, Chance, OrderPlan
from portal.demo.sources import SEED, Sources
from portal.demo.tastes import pick_gig

CONVERSATIONS = 72
# What the services tell the other side.
_TOLD: dict[str, tuple[str, Notice]] = {
    OrderEventType.PAID: (SELLER, catalogue.orders.PLACED),
    OrderEventType.REQUIREMENTS_SUBMITTED: (SELLER, catalogue.orders.REQUIREMENTS_IN),
    OrderEventType.DELIVERED: (BUYER, catalogue.orders.DELIVERED),
    OrderEventType.REVISION_REQUESTED: (SELLER, catalogue.orders.REVISION_WANTED),
    OrderEventType.ACCEPTED: (SELLER, catalogue.orders.ACCEPTED),
    OrderEventType.REFUNDED: (BUYER, catalogue.money.REFUNDED),
    OrderEventType.DISPUTE_DECIDED: (BUYER, catalogue.disputes.DECIDED),
}


@dataclass
class Talk:
    """A conversation before it has a key: sides by place, messages as (moment, sender's side, words).

    `order` is the place of the order that it is about; None for what the two said before.
    """

    buyer: int
    seller: int
    gig: int
    order: int | None = None
    messages: list[tuple[datetime, str, str]] = field(default_factory=list)
    unread_by: str = ""


def plan_talks(plans: Sequence[OrderPlan], sources: Sources, offers: Sequence[Offer], now: datetime) -> list[Talk]:
    """For each of the latest pairs of buyer and seller, the demo people's among them: what they said before they agreed, and
    now and then what they said about the order while it ran."""
    me, shop = sources.demo_buyer, sources.demo_seller
    newest = sorted(range(len(plans)), key=lambda place: plans[place].placed_at, reverse=True)
    newest.sort(key=lambda place: plans[place].buyer != me and plans[place].seller != shop)
    chance = Chance(f"{SEED}:talks")
    talks: list[Talk] = []
    pairs: set[tuple[int, int]] = set()
    for place in newest:
        plan = plans[place]
        pair = (plan.buyer, plan.seller)
        mine = me in pair[:1] or pair[1] == shop
        if pair in pairs or len(pairs) >= CONVERSATIONS or (mine and len(pairs) >= 26):
            continue
        pairs.add(pair)
        told = sources.texts[offers[plan.gig].subcategory]["conversations"]
        talks += _talks(plan, place, told, chance, now, sources.sellers[plan.seller]["response_minutes"])
    for number, talk in enumerate(talks):
        last_sender = talk.messages[-1][1]
        if number % 3 == 0 or (talk.buyer, talk.seller) == (me, shop):
            talk.unread_by = SELLER if last_sender == BUYER else BUYER
    return talks


def _talks(
    plan: OrderPlan, place: int, told: list[list[dict]], chance: Chance, now: datetime, minutes: int
) -> list[Talk]:
    """The data's first one before the order, answered after about `minutes`, now and then its second one during the work."""
    before = Talk(plan.buyer, plan.seller, plan.gig)
    begin = plan.placed_at - timedelta(hours=chance.random.uniform(2, 9))
    _speak(before, told[0], begin, plan.placed_at, chance, minutes=minutes)
    talks = [before]
    if plan.started_at and chance.random.random() < 0.6:
        during = Talk(plan.buyer, plan.seller, plan.gig, order=place)
        begin = chance.later(plan.started_at, 2, 12)
        end = plan.dispute.at if plan.dispute else plan.finished_at or plan.cancelled_at or now
        _speak(during, told[1], begin, end, chance)
        talks.append(during)
    return [talk for talk in talks if talk.messages]


def _speak(
    talk: Talk, lines: list[dict], begin: datetime, end: datetime, chance: Chance, *, minutes: int | None = None
) -> None:
    at = begin
    for line in lines:
        is_first_answer = line["sender"] == SELLER and not any(side == SELLER for _at, side, _words in talk.messages)
        wait = (
            minutes * chance.random.uniform(0.5, 1.5) if minutes and is_first_answer else chance.random.uniform(1, 16)
        )
        at += timedelta(minutes=wait)
        if at >= end - timedelta(minutes=1):
            return
        talk.messages.append((at, line["sender"], line["text"]))


def write_talks(
    talks: Sequence[Talk], gigs: Sequence[Gig], orders: Sequence[Order], people: People
) -> list[Conversation]:
    """Conversations with messages, read up to the end or up to the last words of the other side."""
    rows = []
    for talk in talks:
        last_at = talk.messages[-1][0]
        before = talk.messages[-2][0] if len(talk.messages) > 1 else None
        rows.append(
            Conversation(
                buyer=people.buyers[talk.buyer],
                seller=people.sellers[talk.seller],
                gig=gigs[talk.gig],
                kind=ConversationKind.DIRECT if talk.order is None else ConversationKind.ORDER,
                order=None if talk.order is None else orders[talk.order],
                last_message_at=last_at,
                last_sequence=len(talk.messages),
                buyer_read_at=before if talk.unread_by == BUYER else last_at,
                seller_read_at=before if talk.unread_by == SELLER else last_at,
            )
        )
    insert(rows)
    backdate(Conversation, {row.pk: talk.messages[0][0] for row, talk in zip(rows, talks, strict=True)})
    insert(
        Participant(
            conversation=row,
            user=row.buyer if side == BUYER else row.seller,
            role=ParticipantRole.BUYER if side == BUYER else ParticipantRole.SELLER,
            joined_at=talk.messages[0][0],
            delivered_sequence=row.last_sequence,
            read_sequence=row.last_sequence - (1 if talk.unread_by == side else 0),
        )
        for row, talk in zip(rows, talks, strict=True)
        for side in (BUYER, SELLER)
    )
    messages = [
        Message(
            conversation=row,
            sender=row.buyer if side == BUYER else row.seller,
            sequence=number,
            about=row.gig if talk.order is None else None,
            body=words,
            created_at=at,
        )
        for row, talk in zip(rows, talks, strict=True)
        for number, (at, side, words) in enumerate(talk.messages, start=1)
    ]
    insert(sorted(messages, key=lambda message: message.created_at))
    return rows


def write_quick_replies(people: People, sources: Sources) -> None:
    """The demo seller's, and the platform's for everybody."""
    owner = people.sellers[sources.demo_seller]
    insert(
        MessageTemplate(title=title, body=body, position=position, language=language)
        for language, replies in (("zh-hans", phrases.PLATFORM_REPLIES), ("en", phrases.EN_PLATFORM_REPLIES))
        for position, (title, body) in enumerate(replies)
    )
    insert(
        MessageTemplate(owner=owner, title=title, body=body, position=position)
        for position, (title, body) in enumerate(phrases.QUICK_REPLIES)
    )


def write_notifications(
    plans: Sequence[OrderPlan],
    orders: Sequence[Order],
    talks: Sequence[Talk],
    conversations: Sequence[Conversation],
    *,
    sources: Sources,
    people: People,
    now: datetime,
) -> None:
    """What the demo people were told in the last weeks; what is older than three days they have read."""
    told: list[tuple[datetime, Notification]] = []
    for plan, order in zip(plans, orders, strict=True):
        recipients = {BUYER: order.buyer} if plan.buyer == sources.demo_buyer else {}
        if plan.seller == sources.demo_seller:
            recipients[SELLER] = order.seller
        for event in plan.events:
            side, notice = _TOLD.get(event.type, ("", None))
            if notice is not None and side in recipients:
                told.append((event.at, _order_line(recipients[side].pk, order, notice)))
        for review in plan.reviews:
            side = SELLER if review.side == ReviewSide.BUYER else BUYER
            if side in recipients and review.published_at:
                author = order.buyer if side == SELLER else order.seller
                words = {"name": author.profile.display_name, "stars": str(review.stars)}
                url = f"{order.get_absolute_url()}#reviews"
                about = review.body or order.gig_title
                line = _line(recipients[side].pk, catalogue.talk.REVIEWED, about=about, url=url, words=words)
                told.append((review.published_at, line))
    for talk, row in zip(talks, conversations, strict=True):
        reader = row.buyer if talk.unread_by == BUYER else row.seller
        other = row.seller if talk.unread_by == BUYER else row.buyer
        if talk.unread_by and reader in (people.buyers[sources.demo_buyer], people.sellers[sources.demo_seller]):
            at, _side, about = talk.messages[-1]
            words = {"name": other.profile.display_name}
            told.append(
                (at, _line(reader.pk, catalogue.talk.MESSAGE, about=about, url=row.get_absolute_url(), words=words))
            )
    told = sorted((one for one in told if one[0] > now - timedelta(days=60)), key=lambda one: one[0])
    for at, line in told:
        if at < now - timedelta(days=3) and line.kind != NotificationKind.MESSAGE:
            line.read_at = at + timedelta(hours=5)
    # What the steps before this one were told is of now, and stands above the past: lines are in the order of their keys.
    of_now = list(Notification.objects.order_by("pk"))
    Notification.objects.all().delete()
    for line in of_now:
        line.pk = None
    insert([*(line for _at, line in told), *of_now])
    backdate(Notification, {line.pk: at for at, line in told})
    # What the demo's people did in the past was told then: no job mails it now.
    Notification.objects.update(spread_due_at=None)


def _order_line(recipient_id: int, order: Order, notice: Notice) -> Notification:
    other = order.seller if recipient_id == order.buyer_id else order.buyer
    about = " · ".join((order.gig_title, other.display_name, order.number))
    return _line(recipient_id, notice, about=about, url=order.get_absolute_url(), words={})


def _line(recipient_id: int, notice: Notice, *, about: str, url: str, words: dict[str, str]) -> Notification:
    with recipient_language():
        return Notification(
            recipient_id=recipient_id,
            kind=notice.kind,
            notice=notice.key,
            words=words,
            title=cut(said(notice.title, words), TITLE_LENGTH),
            body=cut(about, BODY_LENGTH),
            url=url,
        )


def write_favourites(gigs: Sequence[Gig], offers: Sequence[Offer], people: People, now: datetime) -> None:
    """Everybody keeps a few gigs, the popular ones more often, and mostly such as their undertaking needs."""
    rng = Random(f"{SEED}:favourites")
    rows, moments = [], []
    for number, buyer in enumerate(people.buyers):
        chosen = {pick_gig(number, offers, rng) for _ in range(rng.randint(1, 6))}
        for place in sorted(chosen):
            rows.append(Favourite(user=buyer, gig=gigs[place]))
            moments.append(now - timedelta(days=rng.uniform(0.1, 200)))
    insert(rows)
    backdate(Favourite, {row.pk: at for row, at in zip(rows, moments, strict=True)})


def write_searches(offers: Sequence[Offer], people: People, sources: Sources, now: datetime) -> None:
    """Searches of the last weeks, some of them the demo buyer's."""
    rng = Random(f"{SEED}:searches")
    version = settings.CONSENT_VERSIONS[ConsentDocument.SEARCHES.value]
    insert(
        ConsentRecord(user=buyer, document=ConsentDocument.SEARCHES, version=version, given_at=now - timedelta(days=60))
        for buyer in people.buyers
    )
    rows, words = [], (*phrases.SEARCHES, *phrases.EN_SEARCHES)
    # Oldest first: own searches stand by their number.
    moments = sorted(now - timedelta(days=rng.uniform(0.01, 45)) for _search in range(160))
    for number in range(160):
        query = rng.choice(words)
        user = people.buyers[sources.demo_buyer] if number % 20 == 0 else rng.choice([*people.buyers, None, None])
        found = sum(_mentions(offer, query) for offer in offers)
        rows.append(SearchHistory(user=user, query=query, result_count=found))
    insert(rows)
    backdate(SearchHistory, {row.pk: at for row, at in zip(rows, moments, strict=True)})


def _mentions(offer: Offer, query: str) -> bool:
    text = f"{offer.title} {' '.join(offer.tags)} {offer.subcategory}".lower()
    return any(word[:2] in text for word in query.lower().split())
