"""Loading the demo, stage by stage."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.cache import cache
from django.db import transaction

from cms_pages.demo_pages import build_demo_site
from marketplace.discovery.recommending.tasks import recompute_recommendations
from marketplace.discovery.services import rebuild_index
from marketplace.discovery.suggestion_table import rebuild_suggestions
from marketplace.ledger.escrow_proof import publish_escrow_proof
from marketplace.ledger.models import Account, Entry, Transaction
from marketplace.ledger.seals import seal_books
from marketplace.orders.models import Order
from marketplace.payments.models import Payment
from marketplace.payments.services import run_audit
from portal.demo import (
    agreements,
    books,
    buying,
    catalogue,
    changes,
    contacts,
    desk,
    history,
    levels,
    media,
    moderation,
    moderation_quality,
    order_talk,
    recount,
    settings_desk,
    talk,
    team_log,
    visits,
    visits_of_days,
)
from portal.demo.bulk import analyse
from portal.demo.light_buyers import NAMES
from portal.demo.offers import make_offers
from portal.demo.papers import hand_in_papers
from portal.demo.past import plan_past
from portal.demo.people import joined_moments, make_people
from portal.demo.searching import write_search_figures
from portal.demo.sources import DATA, MEDIA, read_sources
from portal.demo.trades import tell_sandbox
from portal.demo.withdrawals import ask_for_much

STAGES = (
    "pictures",
    "people",
    "gigs",
    "planning a year",
    "orders",
    "time lines",
    "books",
    "reviews",
    "conversations",
    "offers and briefs",
    "seller's desk",
    "people's desk",
    "figures",
    "pages",
    "search index",
    "daily figures",
)
Report = Callable[[str], None]


class Stopwatch:
    """Tells which stage has begun, and keeps how long each took, in seconds."""

    def __init__(self, begun: Report, done: Report) -> None:
        self.begun, self.done = begun, done
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.begun(name)
        start = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - start
        self.done(name)


@transaction.atomic
def load_demo(watch: Stopwatch, *, now: datetime, detail: Report = lambda _text: None) -> None:
    """Fill an empty marketplace: everything or nothing. `detail` hears what the pages' stage is at."""
    cache.clear()  # what it knows is of the database before
    sources = read_sources()
    with watch.stage("pictures"):
        pictures = media.copy_pictures()
        files, reference = media.store_delivery_files(), media.store_reference_file()
    with watch.stage("people"):
        people = make_people(sources, pictures, now)
        hand_in_papers(people, now)
    with watch.stage("gigs"):
        categories = catalogue.make_categories(sources)
        offers = make_offers(sources)
        published = catalogue.published_moments(offers, joined_moments(sources, now), now)
        gigs = catalogue.make_gigs(
            offers, sellers=people.sellers, categories=categories, pictures=pictures, published=published
        )
    with watch.stage("planning a year"):
        buyers = len(sources.buyers) + len(NAMES)
        plans = plan_past(sources, offers, published, now=now, buyers=buyers)
        buying.buy_several(plans, offers)
    with watch.stage("orders"):
        orders = history.write_orders(plans, offers=offers, gigs=gigs, people=people)
        history.write_details(plans, orders, offers=offers, reference=reference)
        buying.write_coupons(plans, orders, now=now)
        buying.write_snapshots(plans, orders)
    with watch.stage("time lines"):
        history.write_work(plans, orders, people=people, files=files)
        changes.change_orders(buyer=people.buyers[sources.demo_buyer], seller=people.sellers[sources.demo_seller])
    with watch.stage("books"):
        books.write_books(plans, [offer.title for offer in offers], people=people, now=now)
        # Here, while a failure still costs nothing: from now on the sandbox knows the payments.
        tell_sandbox(plans, offers)
        analyse(Account, Entry, Transaction, Order, Payment)
        ask_for_much(but_not=people.sellers[sources.demo_seller])
        seal_books()
        publish_escrow_proof()
        run_audit()
    with watch.stage("reviews"):
        history.write_reviews(plans, orders, pictures=pictures, people=people)
    with watch.stage("conversations"):
        talks = talk.plan_talks(plans, sources, offers, now)
        found = levels.climbs(plans, now)
        talks += contacts.plan_contacts(
            plans,
            talks,
            offers,
            sources,
            joined_moments(sources, now),
            now,
            buyers=buyers,
            levels=[found[place].level if place in found else levels.NEW for place in range(len(sources.sellers))],
        )
        levels.write_levels(plans, sources, people, contacts.answer_percents(talks), now)
        conversations = talk.write_talks(talks, gigs, orders, people)
        talk.write_quick_replies(people, sources)
        order_talk.show_talk(
            buyer=people.buyers[sources.demo_buyer],
            seller=people.sellers[sources.demo_seller],
            mediator=people.staff["mediator"],
            now=now,
        )
        talk.write_notifications(plans, orders, talks, conversations, sources=sources, people=people, now=now)
        talk.write_favourites(gigs, offers, people, now)
        talk.write_searches(offers, people, sources, now)
    with watch.stage("offers and briefs"):
        agreements.write_agreements(sources, people, categories, now)
    with watch.stage("seller's desk"):
        desk.fill_desk(people.sellers[sources.demo_seller], categories, pictures)
        moderation.fill_queue(people, gigs, now)
        moderation_quality.fill_quality(people, now)
    with watch.stage("people's desk"):
        team_log.fill_log(people, orders, now)
        settings_desk.fill_settings_desk(people.staff, now)
    with watch.stage("figures"):
        recount.recount_gigs()
        visits.write_visits(people.sellers[sources.demo_seller], now)
        visits.write_views(plans, offers, gigs, people, now, demo_buyer=sources.demo_buyer)
        recompute_recommendations()
        recount.recount_sellers(people.sellers)
    with watch.stage("pages"):
        build_demo_site(
            data_directory=DATA, media_directory=MEDIA, categories=categories, progress=detail, rebuild=True
        )
    with watch.stage("search index"):
        rebuild_index()
        rebuild_suggestions()
        write_search_figures(now)
    with watch.stage("daily figures"):
        visits_of_days.write_visits_of_days(now)
