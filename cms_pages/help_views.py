"""What the help centre's search shows while somebody types, and the answers to "was this helpful".

The search itself is the page of the help centre; an answer is sent to the article.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cms_pages.help_search import live_help_page, suggest_help
from marketplace.discovery.limits import limit_searches


@require_safe
def help_suggest(request: HttpRequest) -> HttpResponse:
    """Links to the articles that may be meant: a fragment below the search field."""
    limit_searches(request, action="suggest")
    typed = request.GET.get("q", "").strip()[:60]
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    found = suggest_help(typed, language=language) if typed else ()
    return render(request, "cms_pages/_help_suggestions.html", {"articles": found})


@never_cache
@require_safe
def help_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of an article that takes answers: a part of it, or a page of its own without script."""
    page = live_help_page(pk)
    is_part = bool(getattr(request, "htmx", False))
    name = "cms_pages/_help_feedback.html" if is_part else "cms_pages/help_feedback.html"
    return render(request, name, {"page": page})
