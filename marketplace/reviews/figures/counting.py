"""All figures of some sellers, from the one query of each."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from marketplace.reviews.figures import queries
from marketplace.reviews.figures.queries import Contact, Endings, Sales, Share
from marketplace.reviews.figures.windows import Windows


def count_figures(sellers: Sequence[int], windows: Windows) -> dict[int, dict[str, Any]]:
    """The columns of Reputation but the score, by seller; those of somebody with nothing are zeros and None."""
    ratings = queries.ratings(sellers, windows)
    sales = queries.completed_orders(sellers)
    earned = queries.earned_fen(sellers)
    punctuality = queries.punctuality(sellers, windows)
    endings = queries.endings(sellers, windows)
    repeating = queries.repeat_buyers(sellers, windows)
    contacts = queries.contacts(sellers, windows)
    return {
        seller: {
            **dict(zip(("rating_sum", "rating_count"), ratings.get(seller, (0, 0)), strict=True)),
            "orders_completed": sales.get(seller, Sales()).orders,
            "buyers": sales.get(seller, Sales()).buyers,
            "earned_fen": earned.get(seller, 0),
            "on_time_percent": punctuality.get(seller, Share()).percent,
            "on_time_of": punctuality.get(seller, Share()).whole,
            **_rates(endings.get(seller, Endings())),
            "repeat_buyer_percent": repeating.get(seller, Share()).percent,
            "repeat_of_buyers": repeating.get(seller, Share()).whole,
            **_answers(contacts.get(seller, []), windows),
            "counted_on": windows.today,
        }
        for seller in sellers
    }


def _rates(of: Endings) -> dict[str, int | None]:
    return {
        "orders_ended": of.ended,
        "completion_percent": Share(of.completed, of.ended).percent,
        "dispute_percent": Share(of.disputed, of.ended).percent,
        "cancellation_percent": Share(of.cancelled, of.ended).percent,
    }


def _answers(contacts: Sequence[Contact], windows: Windows) -> dict[str, int | None]:
    counted = [contact for contact in contacts if contact.counts(windows)]
    in_time = sum(contact.is_in_time(windows) for contact in counted)
    minutes = [
        max(0, round((contact.answered_at - contact.asked_at).total_seconds() / 60))
        for contact in counted
        if contact.answered_at is not None
    ]
    return {
        "contacts": len(counted),
        "response_percent": Share(in_time, len(counted)).percent,
        "response_minutes": int(median(minutes) + 0.5) if minutes else None,
    }
