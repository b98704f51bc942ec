"""Two runs at once, with real commits."""

from django.db import transaction

from marketplace.discovery.models import RecommendationReason
from marketplace.discovery.recommending import locks
from marketplace.discovery.recommending.computing import recompute
from marketplace.gigs.services.favourites import toggle_favourite
from tests.databases import together
from tests.factories import make_gig, make_user


def test_a_run_beside_another_does_nothing(committed_db):
    logo, poster, other = make_gig(), make_gig(), make_gig()
    for gigs in 3 * [(logo, poster)] + 3 * [(other,)]:
        person = make_user()
        for gig in gigs:
            toggle_favourite(gig=gig, user=person)
    written: list[int] = []
    with transaction.atomic():
        assert locks.take_turn(RecommendationReason.KEPT.value)
        assert together(lambda: written.append(recompute(reason=RecommendationReason.KEPT))) == [None]
    assert written == [0]
    assert recompute(reason=RecommendationReason.KEPT) == 2
