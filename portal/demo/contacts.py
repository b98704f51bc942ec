"""New contacts of the last ninety days: who wrote to a seller for the first time, and how soon the seller answered.

The rate and the median time of answers are counted from these (docs/reputation.md), so that no figure is set by hand.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from portal.demo.contact_words import FOLLOW_UPS, QUESTIONS
from portal.demo.offers import Offer
from portal.demo.plan import BUYER, SELLER, OrderPlan
from portal.demo.sources import IN_GRACE, SEED, Sources
from portal.demo.talk import Talk

DAYS = 88  # within reputation.contacts_days
# An answer counts as in time within a day: who was written to later is not counted yet.
YOUNGEST, YOUNGEST_OF_DEMO_SELLER = timedelta(hours=30), timedelta(days=6)
OPENING = (time(9, 5), 11.0)  # from nine on, for so many hours
CONTACTS = {"new": 5, "level_1": 9, "level_2": 12, "top": 14}
# How many of them were left without an answer.
MISSED_IN_GRACE = 3


def plan_contacts(
    plans: Sequence[OrderPlan],
    talks: Sequence[Talk],
    offers: Sequence[Offer],
    sources: Sources,
    joined: Sequence[datetime],
    now: datetime,
    *,
    buyers: int,
    levels: Sequence[str],
) -> list[Talk]:
    """For each seller who offers something; `levels` are theirs, by place."""
    known: dict[int, set[int]] = {}
    for one in (*plans, *talks):
        known.setdefault(one.seller, set()).add(one.buyer)
    found: list[Talk] = []
    for seller, row in enumerate(sources.sellers):
        own = [place for place, offer in enumerate(offers) if offer.seller == seller]
        if not own:
            continue
        rng = Random(f"{SEED}:contacts:{seller}")
        strangers = _strangers(buyers, {*known.get(seller, ()), sources.demo_buyer}, CONTACTS[levels[seller]], rng)
        missed = _missed(row["name"], seller, levels[seller], sources)
        youngest = YOUNGEST_OF_DEMO_SELLER if seller == sources.demo_seller else YOUNGEST
        moments = sorted(
            _moment(max(joined[seller], now - timedelta(days=DAYS)), now - youngest, rng) for _ in strangers
        )
        words = rng.sample(QUESTIONS, k=len(strangers))
        # Spread over the time, so that neither the oldest nor the newest are all left alone.
        silent = set(range(1, 1 + 3 * missed, 3))
        for number, (buyer, at, said) in enumerate(zip(strangers, moments, words, strict=True)):
            talk = Talk(buyer, seller, rng.choice(own), messages=[(at, BUYER, said[0])])
            if number in silent:
                talk.unread_by = SELLER
            else:
                _answer(talk, said[1], row["response_minutes"], rng)
            found.append(talk)
    return found


def _strangers(buyers: int, known: Collection[int], count: int, rng: Random) -> list[int]:
    return rng.sample([place for place in range(buyers) if place not in known], k=count)


def _missed(name: str, seller: int, level: str, sources: Sources) -> int:
    if name == IN_GRACE:
        return MISSED_IN_GRACE
    if seller in (sources.demo_seller, sources.demo_newcomer) or level in ("level_2", "top"):
        # One in four of them let one pass: with a dozen contacts that is still above nine in ten.
        return int(seller % 4 == 0 and level in ("level_2", "top"))
    return (0, 1, 0)[seller % 3] if level == "level_1" else (1, 0, 2, 1)[seller % 4]


def _moment(first: datetime, last: datetime, rng: Random) -> datetime:
    """By day, so that an answer after an hour is one by day too."""
    begin, hours = OPENING
    at = first + (last - first) * rng.random()
    day = timezone.localtime(at).replace(hour=begin.hour, minute=begin.minute, second=0, microsecond=0)
    moment = day + timedelta(hours=rng.uniform(0, hours))
    return min(max(moment, first), last)


def _answer(talk: Talk, words: str, minutes: int, rng: Random) -> None:
    at = talk.messages[0][0] + timedelta(minutes=max(1.0, minutes * rng.uniform(0.5, 1.5)))
    talk.messages.append((at, SELLER, words))
    if rng.random() < 0.6:
        follow = rng.choice(FOLLOW_UPS)
        at += timedelta(minutes=rng.uniform(2, 40))
        talk.messages.append((at, BUYER, follow[0]))
        talk.messages.append((at + timedelta(minutes=minutes * rng.uniform(0.3, 1.4)), SELLER, follow[1]))


def answer_percents(talks: Sequence[Talk]) -> dict[int, int | None]:
    """By place of the seller: how many of those who wrote first were answered."""
    asked: dict[int, list[bool]] = {}
    for talk in talks:
        if talk.order is None and talk.messages[0][1] == BUYER:
            asked.setdefault(talk.seller, []).append(any(side == SELLER for _at, side, _words in talk.messages))
    return {seller: round(100 * sum(answered) / len(answered)) for seller, answered in asked.items()}
