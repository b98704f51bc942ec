"""What the help centre's search shows while somebody types. The search itself is the page of the help centre."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cms_pages.help_search import suggest_help
from marketplace.discovery.limits import limit_searches


@require_safe
def help_suggest(request: HttpRequest) -> HttpResponse:
    """Links to the articles that may be meant: a fragment below the search field."""
    limit_searches(request, action="suggest")
    typed = request.GET.get("q", "").strip()[:60]
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    found = suggest_help(typed, language=language) if typed else ()
    return render(request, "cms_pages/_help_suggestions.html", {"articles": found})
