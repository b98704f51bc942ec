"""How much each signal says, and from when on it says anything: all the numbers of docs/integrity.md, in one place.

Weights are hundredths. Accounts are put together when what is between them reaches `JOIN_HUNDREDTHS`; a circle goes to a
person from `integrity.case_hundredths` (SystemConfig). No one kind of signal between two people reaches that alone.
"""

from dataclasses import dataclass
from datetime import timedelta

from marketplace.reviews.models import SignalKind

WINDOW_DAYS = 180
JOIN_HUNDREDTHS = 60


@dataclass(frozen=True)
class Weight:
    """What one signal of a kind weighs, and the most that all of that kind between two accounts weigh together.

    `through`: they did not deal with each other, but with the same third account.
    """

    direct: int
    through: int
    most: int


WEIGHTS: dict[SignalKind, Weight] = {
    SignalKind.SHARED_BROWSER: Weight(direct=30, through=15, most=30),
    # Carriers and offices share addresses among thousands: next to nothing, and nothing at all through a third.
    SignalKind.SHARED_ADDRESS: Weight(direct=10, through=0, most=10),
    SignalKind.SHARED_PAYER: Weight(direct=60, through=30, most=60),
    SignalKind.SHARED_PAYOUT: Weight(direct=60, through=30, most=60),
    # Two who buy from each other may be a writer and a designer; rings are longer. `through` is not used.
    SignalKind.LOOP: Weight(direct=35, through=0, most=35),
    # Each order: a quick hand is no crime, and never enough to put two people together.
    SignalKind.INSTANT_PRAISE: Weight(direct=20, through=0, most=40),
    SignalKind.ROUND_TRIP: Weight(direct=30, through=0, most=60),
}
LOOP_OF_TWO = 25

# Used by more accounts than this, a thing belongs to an office, a café or a carrier and says nothing.
MOST_BROWSER, MOST_ADDRESS, MOST_PAYER, MOST_PAYOUT = 20, 3, 20, 20
LONGEST_LOOP = 6
# Delivered within an hour of the start, accepted within ten minutes of the delivery, five stars:
DELIVERED_WITHIN, ACCEPTED_WITHIN = timedelta(hours=1), timedelta(minutes=10)
# by the same two at least twice, or most of what the seller sold.
PRAISED_BY_PAIR, PRAISED_OF_SELLER, PRAISED_PERCENT = 2, 3, 60
# What a seller earned is spent again within a week, and is about as much.
SPENT_WITHIN = timedelta(days=7)
SPENT_AT_LEAST_PERCENT, SPENT_AT_MOST_PERCENT = 90, 110
