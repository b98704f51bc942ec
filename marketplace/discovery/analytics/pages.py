"""From a page of results to its line among the searches."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from marketplace.discovery import services
from marketplace.discovery.analytics.recording import Seen, after_answer
from marketplace.discovery.analytics.visitors import is_person, visitor_of
from marketplace.discovery.page import SearchPage
from marketplace.discovery.replica import state


def record_when_sent(request: HttpRequest, response: HttpResponse, page: SearchPage, *, took_ms: int) -> None:
    """Remember the search once its page is with the person. `took_ms`: how long the answer was worked at."""
    if not page.request.query or not is_person(request):
        return
    after_answer(response, partial(_record, request, page, took_ms))


def _record(request: HttpRequest, page: SearchPage, took_ms: int) -> None:
    user = request.user if request.user.is_authenticated else None
    seen = Seen(
        visitor=visitor_of(request),
        plan=page.result.plan,
        engine="elasticsearch" if state.is_configured() and state.trouble() is None else "postgres",
        took_ms=took_ms,
        gig_ids=[card.gig_id for card, _why in page.cards],
        same_category=[card.gig_id for card in page.same_category],
        promoted=[card.gig_id for card in page.promoted],
    )
    services.record_search(user=user, request=page.request, result_count=page.result.total, seen=seen)
