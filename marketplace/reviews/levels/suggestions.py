"""What moves a seller up: computed from the same events and gates that the score and the level are made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.reviews.levels.gates import Gate, GateName
from marketplace.reviews.score import Score
from marketplace.reviews.score_formula import SILENT, Ending, Part, hundredths, weighted_score

# So many orders to come are reckoned with.
NEXT_ORDERS = 5
MOST = 3


@dataclass(frozen=True)
class Suggestion:
    """One thing to do, in words, with what it is worth in hundredths of a point; 0 for a gate that is no part of the score."""

    words: str
    gain: int = 0


def suggestions_of(score: Score, missed: Sequence[Gate]) -> list[Suggestion]:
    """At most three: what would lift the score most, then the missed gates of the next level."""
    from_score = sorted(_from_score(score), key=lambda suggestion: -suggestion.gain) if score.events else []
    from_gates = [
        Suggestion(_("%(gate)s: %(missing)s") % {"gate": gate.label, "missing": gate.to_go})
        for gate in missed
        if gate.name != GateName.SCORE
    ]
    # One place is kept for a gate, where one is missed.
    return [*from_score[: MOST - bool(from_gates)], *from_gates][:MOST]


def _from_score(score: Score) -> list[Suggestion]:
    pairs = [(event.weight, event.happening.value) for event in score.events]
    by_next = hundredths(weighted_score([*pairs, *[(1.0, SILENT)] * NEXT_ORDERS]) - weighted_score(pairs))
    found = []
    late = _cost(score, lambda part: bool(part.is_late), lambda part: replace(part, is_late=False))
    if late[1] > 0:
        words = ngettext(
            "%(count)s late order takes %(points)s off. Delivering the next %(next)s on time adds about %(gain)s.",
            "%(count)s late orders take %(points)s off. Delivering the next %(next)s on time adds about %(gain)s.",
            late[0],
        )
        points = {"count": late[0], "points": _points(late[1]), "next": NEXT_ORDERS, "gain": _points(max(0, by_next))}
        found.append(Suggestion(words % points, max(late[1], by_next)))
    elif by_next > 0:
        words = _("Delivering the next %(next)s orders on time adds about %(gain)s.")
        found.append(Suggestion(words % {"next": NEXT_ORDERS, "gain": _points(by_next)}, by_next))
    broken = (Ending.SELLER_CANCELLED, Ending.VERY_LATE)
    count, cost = _cost(score, lambda part: part.ending in broken, lambda _part: Part(Ending.COMPLETED))
    if cost > 0:
        words = ngettext(
            "%(count)s order that you did not deliver takes %(points)s off. Ask for more time before you cancel.",
            "%(count)s orders that you did not deliver take %(points)s off. Ask for more time before you cancel.",
            count,
        )
        found.append(Suggestion(words % {"count": count, "points": _points(cost)}, cost))
    disputed = (Ending.FOR_BUYER, Ending.SPLIT)
    count, cost = _cost(
        score, lambda part: part.ending in disputed, lambda part: replace(part, ending=Ending.COMPLETED)
    )
    if cost > 0:
        words = ngettext(
            "%(count)s dispute takes %(points)s off. Agree on the brief in writing before you begin.",
            "%(count)s disputes take %(points)s off. Agree on the brief in writing before you begin.",
            count,
        )
        found.append(Suggestion(words % {"count": count, "points": _points(cost)}, cost))
    count, cost = _cost(score, lambda part: (part.stars or 5) <= 3, lambda part: replace(part, stars=None))
    if cost > 0:
        words = ngettext(
            "%(count)s review with three stars or fewer takes %(points)s off. It weighs half as much after 180 days.",
            "%(count)s reviews with three stars or fewer take %(points)s off. They weigh half as much after 180 days.",
            count,
        )
        found.append(Suggestion(words % {"count": count, "points": _points(cost)}, cost))
    return found


def _cost(score: Score, is_meant: Callable[[Part], bool], mended: Callable[[Part], Part]) -> tuple[int, int]:
    """How many events have a part that is meant, and what the score would gain if each such part were mended."""
    pairs, better, count = [], [], 0
    for event in score.events:
        happening = event.happening
        pairs.append((event.weight, happening.value))
        count += any(is_meant(part) for part in happening.parts)
        parts = tuple(mended(part) if is_meant(part) else part for part in happening.parts)
        better.append((event.weight, replace(happening, parts=parts).value))
    return count, hundredths(weighted_score(better) - weighted_score(pairs))


def _points(value: int) -> str:
    """Hundredths as they are said: 60 → 0.6, 145 → 1.45."""
    return f"{value / 100:.2f}".rstrip("0").rstrip(".")
