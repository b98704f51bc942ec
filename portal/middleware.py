"""Middleware of the project itself."""

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase

# Wagtail's admin still needs inline style and script (wagtail issue 1288); people of the marketplace never get there.
_ADMIN_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; "
    "frame-ancestors 'self'; form-action 'self'"
)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the settings for the public site, Wagtail's own for its admin."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", _ADMIN_POLICY)
        return super().process_response(request, response)
