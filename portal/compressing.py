"""What the web server before the site does in production: texts are sent compressed. For development and the demo."""

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

_TEXTS = frozenset({"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"})


class CompressTextsMiddleware(GZipMiddleware):
    """Django's own, for texts alone: pictures and films are compressed already, and are asked for in parts."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Compress a whole text."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.status_code == 200 and kind in _TEXTS:
            return super().process_response(request, response)
        return response
