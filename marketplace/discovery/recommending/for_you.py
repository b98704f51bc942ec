"""What is recommended to one person, with a sentence of why for each; for strangers and who switched it off, what is popular."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Sum
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.accounts.selectors import blocked_by
from marketplace.core import clock
from marketplace.core.forgiving import forgiving_cache
from marketplace.discovery.models import GigDocument, Recommendation, RecommendationReason
from marketplace.discovery.recommending import choices, taste, viewing
from marketplace.discovery.recommending.models import GigDismissal, GigView
from marketplace.discovery.recommending.ranking import Candidate, Neighbour, Pick, rank, related_of
from marketplace.gigs import counting
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.models import GigCategory, listed

ROW, PAGE = 4, 24
# More than a page, so that what goes off sale meanwhile leaves no hole.
_RANKED = 32
_OF_CATEGORY = 12
_PERSON_SECONDS, _POPULAR_SECONDS, _RELATED_SECONDS = 300, 600, 3600
_RELATED_KEY = "discovery:related_categories"


class Ground(StrEnum):
    """What the whole row goes by."""

    PERSON = "person"
    CATEGORY = "category"
    EVERYBODY = "everybody"
    OFF = "off"


@dataclass(frozen=True)
class Shown:
    """A card with the sentence of why it stands there."""

    card: GigCard
    why: str


@dataclass(frozen=True)
class ForYou:
    """Cards, and what they go by."""

    ground: Ground
    shown: list[Shown]

    @property
    def is_personal(self) -> bool:
        """Whether anybody else would see something else."""
        return self.ground in (Ground.PERSON, Ground.CATEGORY)


def for_you(user: User, *, limit: int) -> ForYou:
    """What this person is recommended, for them alone. Whoever is not logged in gets nothing here."""
    ground, picks = picks_for(user)
    on_offer = gig_cards([pick.gig_id for pick in picks], user=user, is_list=False, only_listed=True)
    cards = {card.gig_id: card for card in on_offer}
    kept = [pick for pick in picks if pick.gig_id in cards][:limit]
    names = _category_names(pick.category_id for pick in kept)
    shown = [Shown(cards[pick.gig_id], _why(pick, ground, names)) for pick in kept]
    counting.seen(pick.gig_id for pick in kept)
    # Not of a page fetched ahead, nor of staff looking as somebody: nobody counts there.
    if ground in (Ground.PERSON, Ground.CATEGORY) and counting.current() is not None:
        viewing.note_shown(user, [pick.gig_id for pick in kept])
    return ForYou(ground, shown)


def picks_for(user: User, *, fresh: bool = False) -> tuple[Ground, list[Pick]]:
    """What `for_you` shows, without the cards; five minutes old at most, or not at all when `fresh`."""
    key = choices.row_key(user.pk)
    found: tuple[Ground, list[Pick]] | None = None if fresh else forgiving_cache.get(key)
    if found is None:
        found = _put_together(user)
        forgiving_cache.set(key, found, timeout=_PERSON_SECONDS)
    return found


def left_out_of(user: User) -> set[int]:
    """Gigs that are not recommended to this person: dismissed, their own, and of people they blocked."""
    blocked = blocked_by(user).values("person_id")
    away = GigDocument.objects.filter(seller_id__in=blocked).values_list("gig_id", flat=True)
    own = GigDocument.objects.filter(seller_id=user.pk).values_list("gig_id", flat=True)
    return {*GigDismissal.objects.filter(user=user).values_list("gig_id", flat=True), *away, *own}


def neighbours_of(gig_ids: Iterable[int]) -> dict[int, list[Neighbour]]:
    """The rows beside these gigs whose targets are on sale of sellers who take orders."""
    rows = Recommendation.objects.filter(
        listed("target_gig__"), source_gig_id__in=list(gig_ids), reason__in=RecommendationReason.values
    ).values_list(
        "source_gig_id", "target_gig_id", "target_gig__seller_id", "target_gig__category_id", "reason", "score"
    )
    found: dict[int, list[Neighbour]] = defaultdict(list)
    for source, target, seller, category, reason, score in rows:
        found[source].append(Neighbour(Candidate(target, seller, category), RecommendationReason(reason), score))
    return found


def best_of_category(category_id: int) -> list[Candidate]:
    """The most popular gigs of a subcategory; ten minutes old at most."""
    return _popular(category_id)


def popular() -> list[Candidate]:
    """The most popular gigs of all; ten minutes old at most."""
    return _popular(None)


def related_categories() -> dict[int, dict[int, float]]:
    """Which subcategories go together, by the gigs of theirs that do; an hour old at most."""
    found: dict[int, dict[int, float]] | None = forgiving_cache.get(_RELATED_KEY)
    if found is None:
        pairs = Recommendation.objects.values_list("source_gig__category_id", "target_gig__category_id")
        found = related_of(pairs.annotate(sum=Sum("score")).order_by())
        forgiving_cache.set(_RELATED_KEY, found, timeout=_RELATED_SECONDS)
    return found


def _put_together(user: User) -> tuple[Ground, list[Pick]]:
    left_out = left_out_of(user)
    if choices.is_off(user):
        return Ground.OFF, rank((), {}, best_of_category, popular(), left_out=left_out, limit=_RANKED)
    now = clock.now()
    done = taste.done_by([user.pk], before=now)
    interests = taste.interests(done, now=now)
    categories = [] if interests else taste.chosen_categories(user.pk)
    has = {one.gig_id for one in done if one.kind != RecommendationReason.VIEWED}
    shown_days = dict(GigView.objects.filter(user=user, shown__gt=0).values_list("gig_id", "shown"))
    picks = rank(
        interests,
        neighbours_of(interest.gig_id for interest in interests),
        best_of_category,
        popular(),
        related=related_categories(),
        categories=categories,
        left_out=left_out | has,
        shown_days=shown_days,
        limit=_RANKED,
    )
    ground = Ground.PERSON if interests else Ground.CATEGORY if categories else Ground.EVERYBODY
    return ground, picks


def _popular(category_id: int | None) -> list[Candidate]:
    key = f"discovery:popular:{category_id or 'all'}"
    found: list[Candidate] | None = forgiving_cache.get(key)
    if found is None:
        rows = GigDocument.objects.filter(listed("gig__"))
        if category_id is not None:
            rows = rows.filter(gig__category_id=category_id)
        most = _OF_CATEGORY if category_id is not None else _RANKED
        ordered = rows.order_by("-popularity", "-gig_id").values_list("gig_id", "seller_id", "gig__category_id")
        found = [
            Candidate(gig_id, seller, category, quality=1 - place / most)
            for place, (gig_id, seller, category) in enumerate(ordered[:most])
        ]
        forgiving_cache.set(key, found, timeout=_POPULAR_SECONDS)
    return found


def _category_names(category_ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {pk for pk in category_ids if pk is not None}
    if not wanted:
        return {}
    return {category.pk: category.localized_name for category in GigCategory.objects.filter(pk__in=wanted)}


def _why(pick: Pick, ground: Ground, names: dict[int, str]) -> str:
    if pick.because is not None:
        sentences = {
            RecommendationReason.BOUGHT: _("Because you bought “%(title)s”"),
            RecommendationReason.KEPT: _("Because you keep “%(title)s”"),
            RecommendationReason.VIEWED: _("Because you looked at “%(title)s”"),
        }
        return sentences[pick.because.kind] % {"title": pick.because.title}
    if pick.category_id is not None and pick.category_id in names:
        if ground == Ground.CATEGORY:
            return _("Because you asked for %(category)s") % {"category": names[pick.category_id]}
        return _("Often booked in %(category)s, where you looked around") % {"category": names[pick.category_id]}
    return _("Often booked by everybody")


def sentences(picks: Sequence[Pick], ground: Ground) -> list[str]:
    """The sentence of each pick, as its card has it."""
    names = _category_names(pick.category_id for pick in picks)
    return [_why(pick, ground, names) for pick in picks]
