"""The status page, for everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.urls import translate_url
from django.utils import translation
from django.views.decorators.http import require_safe

from marketplace.operations import status_words
from marketplace.operations.status_page import KEPT_SECONDS, status_page

_KEPT_BY_OTHERS = f"public, max-age={KEPT_SECONDS}"


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How the site works. Made without the request, as the pages of errors are: nothing that may be away is asked."""
    page = status_page()
    context = {
        "page": page,
        "head": status_words.head(page),
        "lines": list(status_words.shown_lines(page)),
        "going_on": [status_words.told(incident) for incident in page.going_on],
        "coming": [status_words.told(incident) for incident in page.coming],
        "past": list(status_words.past_in_words(page)),
        "other": _other_language(request),
    }
    response = HttpResponse(loader.get_template("operations/status.html").render(context))
    response.headers["Cache-Control"] = _KEPT_BY_OTHERS
    return response


def _other_language(request: HttpRequest) -> dict[str, str]:
    now = translation.get_language()
    code, name = next(other for other in settings.WAGTAILADMIN_PERMITTED_LANGUAGES if other[0] != now)
    return {"code": code, "name": name, "path": translate_url(request.path, code)}


@require_safe
def status_json(request: HttpRequest) -> JsonResponse:
    """The same for programs, on whatever page they run."""
    response = JsonResponse(status_words.as_json(status_page()), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Cache-Control"] = _KEPT_BY_OTHERS
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
