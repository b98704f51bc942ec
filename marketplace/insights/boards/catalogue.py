"""The boards. Rooms above this one add charts in their apps.py (`add_charts`)."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.insights.boards.definition import MONEY_PERMISSION, PERMISSION, Board, Chart, Figure, Kind
from marketplace.insights.metrics.definition import Unit

_F = Figure
GMV, PAID = _F("gmv"), _F("orders.paid")
AVERAGE = _F("gmv.orders", "orders.paid", _("Average value of an order"), Unit.FEN)
TAKE_RATE = _F("take", "take.base", _("Take rate"))
REFUNDED = _F("refunds.amount", more_is_worse=True)
PAID_SHARE = _F("orders.paid", "orders.placed", _("Paid of placed"))
VISIT_SHARE = _F("visits.paid", "visits", _("Visitors who paid"))
ANSWERED = _F("contacts.answered", "contacts", _("Response rate"))
ON_TIME = _F("deliveries.on_time", "deliveries", _("On time"))
DISPUTED = _F("disputes.opened", "orders.paid", _("Dispute rate"), more_is_worse=True)
STARS = _F("reviews.stars", "reviews", _("Mean of reviews"), Unit.STARS)
FOUND_NOTHING = _F("search.without", "search", _("Without a result"), more_is_worse=True)
CLICKED = _F("search.clicked", "search", _("Opened something"))

_OVERVIEW = Board(
    "overview",
    pgettext_lazy("board of figures", "Overview"),
    _("What was bought, by whom, and what we earn."),
    (GMV, PAID, AVERAGE, _F("take"), TAKE_RATE, REFUNDED, _F("members.new"), _F("buyers.new")),
    (
        Chart("gmv", _("GMV"), Kind.LINES, (GMV,)),
        Chart(
            "orders",
            _("Orders"),
            Kind.LINES,
            (_F("orders.placed"), PAID, _F("orders.completed"), _F("orders.cancelled")),
        ),
        Chart("average", _("Average value of an order"), Kind.LINES, (AVERAGE,)),
        Chart("members", _("New people"), Kind.LINES, (_F("members.new"), _F("buyers.new"), _F("sellers.new"))),
        Chart("rate", _("Take rate"), Kind.LINES, (TAKE_RATE,)),
    ),
    icon="home",
)
_FUNNEL = Board(
    "funnel",
    pgettext_lazy("board of figures", "Funnel"),
    _("How far visitors come on one day, and by which way they came."),
    (
        _F("visits"),
        _F("visits.pages", "visits", _("Pages of a visitor"), Unit.HUNDREDTHS),
        VISIT_SHARE,
        PAID_SHARE,
        _F("visits.members", "visits", _("Share of members")),
    ),
    (
        Chart(
            "steps",
            _("From the visit to the end"),
            Kind.STEPS,
            (
                _F("visits"),
                _F("visits.searched"),
                _F("visits.saw_gig"),
                _F("visits.checked_out"),
                _F("visits.ordered"),
                _F("visits.paid"),
                _F("orders.completed"),
            ),
            _(
                "Visitors are counted day by day; the last step are the orders completed in the same days, of whatever day."
            ),
        ),
        Chart("visits", _("Visitors by channel"), Kind.STACK, (_F("visits"),)),
        Chart("paying", _("Visitors who paid"), Kind.LINES, (VISIT_SHARE,)),
        Chart(
            "by_channel",
            _("Funnel by channel"),
            Kind.PARTS,
            (_F("visits"), _F("visits.saw_gig"), _F("visits.checked_out"), _F("visits.paid"), VISIT_SHARE),
        ),
    ),
    icon="arrow-down",
)
_CATEGORIES = Board(
    "categories",
    pgettext_lazy("board of figures", "Categories and channels"),
    _("Where it is bought, and where people come from."),
    (GMV, PAID, _F("gigs.opened.category")),
    (
        Chart("gmv_category", _("GMV by category"), Kind.PARTS, (_F("gmv.category"),)),
        Chart(
            "conversion",
            _("Conversion by category"),
            Kind.PARTS,
            (
                _F("orders.placed.category", "gigs.opened.category", _("Ordered of opened")),
                _F("gigs.opened.category"),
                _F("orders.placed.category"),
                _F("orders.paid.category"),
            ),
        ),
        Chart("gmv_over_time", _("GMV by category over time"), Kind.STACK, (_F("gmv.category"),), most=5),
        Chart("channels", _("Paid orders by channel"), Kind.PARTS, (_F("orders.paid.channel"), _F("gmv.channel"))),
    ),
    icon="folder-open-inverse",
)
_COHORTS = Board(
    "cohorts",
    pgettext_lazy("board of figures", "Cohorts"),
    _("Who comes again, month after month, since their first order."),
    (_F("buyers.new"), _F("sellers.first_sale")),
    (
        Chart(
            "buyers",
            _("Buyers who order again"),
            Kind.COHORTS,
            (_F("buyers.month"),),
            _("Of the people who paid their first order in a month: how many paid again in each month after it."),
        ),
        Chart(
            "sellers",
            _("Sellers who sell again"),
            Kind.COHORTS,
            (_F("sellers.month"),),
            _("Of the people who sold for the first time in a month: how many sold again in each month after it."),
        ),
        Chart("newcomers", _("First orders and first sales"), Kind.LINES, (_F("buyers.new"), _F("sellers.first_sale"))),
    ),
    icon="group",
)
_SELLERS = Board(
    "sellers",
    pgettext_lazy("board of figures", "Sellers"),
    _("Who sells, at which level, and how quickly they answer."),
    (
        _F("sellers.new"),
        _F("sellers.first_sale"),
        ANSWERED,
        _F("contacts.seconds", "contacts.answered", _("Mean time of an answer"), Unit.SECONDS, more_is_worse=True),
    ),
    (
        Chart("levels", _("Sellers by level"), Kind.STANDING, (_F("sellers.level"),)),
        Chart("new", _("New sellers"), Kind.LINES, (_F("sellers.new"), _F("sellers.first_sale"))),
        Chart("response", _("Response rate"), Kind.LINES, (ANSWERED,)),
        Chart(
            "answers",
            _("Mean time of an answer"),
            Kind.LINES,
            (_F("contacts.seconds", "contacts.answered", _("Mean time of an answer"), Unit.SECONDS),),
        ),
    ),
    icon="user",
)
_QUALITY = Board(
    "quality",
    pgettext_lazy("board of figures", "Quality"),
    _("Deliveries, revisions, disputes, refunds and reviews."),
    (
        ON_TIME,
        _F(
            "orders.completed.revisions",
            "orders.completed",
            _("Revisions of an order"),
            Unit.HUNDREDTHS,
            more_is_worse=True,
        ),
        DISPUTED,
        _F("disputes.seconds", "disputes.ended", _("Mean time of a dispute"), Unit.SECONDS, more_is_worse=True),
        STARS,
        REFUNDED,
    ),
    (
        Chart("on_time", _("Delivered on time"), Kind.LINES, (ON_TIME,)),
        Chart("revisions", _("Revisions asked for"), Kind.LINES, (_F("revisions"), _F("deliveries"))),
        Chart("disputes", _("Disputes"), Kind.LINES, (_F("disputes.opened"), _F("disputes.ended"))),
        Chart(
            "outcomes",
            _("How disputes end"),
            Kind.PARTS,
            (_F("disputes.ended"), _F("disputes.seconds", "disputes.ended", _("Mean time of a dispute"), Unit.SECONDS)),
        ),
        Chart("stars", _("Mean of reviews"), Kind.LINES, (STARS,)),
        Chart("refunds", _("Refunded"), Kind.LINES, (REFUNDED,)),
    ),
    icon="success",
)
_SEARCH = Board(
    "search",
    pgettext_lazy("board of figures", "Search"),
    _("Whether people find what they look for."),
    (
        _F("search"),
        FOUND_NOTHING,
        CLICKED,
        _F("search.ordered", "search.attributable", _("Led to an order")),
        _F(
            "search.milliseconds",
            "search.timed",
            pgettext_lazy("of the search", "Mean time of an answer"),
            Unit.MILLISECONDS,
            more_is_worse=True,
        ),
    ),
    (
        Chart("searches", _("Searches"), Kind.LINES, (_F("search"), _F("search.without"))),
        Chart("shares", _("Found nothing, opened something"), Kind.LINES, (FOUND_NOTHING, CLICKED)),
        Chart(
            "time",
            pgettext_lazy("of the search", "Mean time of an answer"),
            Kind.LINES,
            (
                _F(
                    "search.milliseconds",
                    "search.timed",
                    pgettext_lazy("of the search", "Mean time of an answer"),
                    Unit.MILLISECONDS,
                ),
            ),
        ),
    ),
    icon="search",
)
_CONTENT = Board(
    "content",
    pgettext_lazy("board of figures", "Content"),
    _("Which pages of the editors are read, and where people arrive."),
    (_F("content.views"), _F("content.landings"), _F("visits.pages")),
    (
        Chart("views", _("Views of pages"), Kind.LINES, (_F("content.views"), _F("content.landings"))),
        Chart(
            "pages", _("Pages that are read most"), Kind.PARTS, (_F("content.views"), _F("content.landings")), most=20
        ),
    ),
    icon="doc-full",
)
_MONEY = Board(
    "money",
    pgettext_lazy("board of figures", "Money"),
    _("What we hold for whom, what we earn, what was paid out. By the books."),
    (_F("take"), _F("take.base"), TAKE_RATE, _F("gmv.discount"), _F("payouts.amount"), REFUNDED),
    (
        Chart("take", _("Service fees"), Kind.LINES, (_F("take"),)),
        Chart(
            "accounts",
            _("Balance by account"),
            Kind.STANDING,
            (_F("ledger"),),
            _("At the end of each day, week or month."),
        ),
        Chart("payouts", _("Paid out and refunded"), Kind.LINES, (_F("payouts.amount"), _F("refunds.amount"))),
        Chart("moves", _("Change by account"), Kind.PARTS, (_F("ledger"),)),
        Chart(
            "payout_time",
            _("Mean time of a withdrawal"),
            Kind.LINES,
            (_F("payouts.seconds", "payouts", _("Mean time of a withdrawal"), Unit.SECONDS),),
        ),
    ),
    (PERMISSION, MONEY_PERMISSION),
    icon="table",
)
_DESK = Board(
    "desk",
    pgettext_lazy("board of figures", "Moderation and support"),
    _("What waits for people, how long, and what is sent."),
    (
        _F("moderation"),
        _F("queue.in_time", "queue.decided", _("Cases closed in time")),
        _F("moderation.overturned", "moderation", _("Overturned"), more_is_worse=True),
        _F("support"),
        _F(
            "support.seconds",
            "support.answered",
            _("Mean time until support answers"),
            Unit.SECONDS,
            more_is_worse=True,
        ),
        _F("notices.dead", more_is_worse=True),
    ),
    (
        Chart("decisions", _("Decisions of moderators"), Kind.STACK, (_F("moderation"),)),
        Chart(
            "waiting",
            _("Mean time cases waited"),
            Kind.LINES,
            (_F("queue.seconds", "queue.decided", _("Mean time cases waited"), Unit.SECONDS),),
        ),
        Chart("questions", _("Questions to support, by topic"), Kind.STACK, (_F("support"),)),
        Chart(
            "answers",
            _("Mean time until support answers"),
            Kind.LINES,
            (_F("support.seconds", "support.answered", _("Mean time until support answers"), Unit.SECONDS),),
        ),
        Chart("notices", _("Messages by way"), Kind.PARTS, (_F("notices.sent"), _F("notices.dead"))),
    ),
    icon="tasks",
)

_boards = {
    board.key: board
    for board in (
        _OVERVIEW, _FUNNEL, _CATEGORIES, _COHORTS, _SELLERS, _QUALITY, _SEARCH, _CONTENT, _MONEY, _DESK,
    )
}  # fmt: skip


def boards() -> dict[str, Board]:
    """All boards by key, in the order of their tabs."""
    return _boards


def add_charts(board: str, *charts: Chart, tiles: tuple[Figure, ...] = ()) -> None:
    """Put charts and tiles of a room above at the end of a board. The same again changes nothing."""
    found = _boards[board]
    known = {chart.key for chart in found.charts}
    _boards[board] = replace(
        found,
        charts=(*found.charts, *(chart for chart in charts if chart.key not in known)),
        tiles=(*found.tiles, *(tile for tile in tiles if tile not in found.tiles)),
    )
