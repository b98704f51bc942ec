"""Notes which gig somebody opened, once the page is made; stands below CountingMiddleware, which leaves machines out."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from marketplace.discovery.recommending import viewing
from marketplace.gigs import counting


class ViewsMiddleware:
    """Push the gigs whose page was made for a signed-in person who agreed to that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        noted = counting.current()
        if noted is not None and noted.clicks and response.status_code == 200 and request.user.is_authenticated:
            viewing.note_views(request.user, noted.clicks)
        return response
