"""Versions of the rules for everybody: the archive, one version with its comments' form, and what a version changes."""

from hashlib import blake2s

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms_pages.models import RulesText
from cms_pages.models.rules_texts import COMMENT_LENGTH, RulesDocument
from cms_pages.rules_diff import changed_lines
from cms_pages.rules_figures import figures_of
from cms_pages.rules_texts import comment_on_rules, numbers_in_force, text_of, texts_of_archive, version_before
from cms_pages.rules_wording import body_html
from marketplace.core import page_cache
from marketplace.core.models import RulesVersion
from marketplace.core.remembered import remember
from marketplace.core.rules import rules_of_number


@require_safe
def rules_archive(request: HttpRequest) -> HttpResponse:
    """Every version of every document with its dates, the newest first."""
    announced = texts_of_archive()
    for text in announced:
        _say_until_when(text)
    documents = [
        (label, [text for text in announced if text.document == document]) for document, label in RulesDocument.choices
    ]
    context = {
        "documents": [(label, texts) for label, texts in documents if texts],
        "in_force": _in_force(),
    }
    return render(request, "cms_pages/rules_archive.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rules_text(request: HttpRequest, document: str, number: int) -> HttpResponse:
    """One version. A POST is a comment on it. `?order_rules=7` shows the figures that orders of these rules keep."""
    text = _text_or_404(document, number)
    if request.method == "POST":
        return _comment(request, text)
    is_current = numbers_in_force().get(document) == number
    pinned = _pinned(request)
    figures = {**figures_of(text), **(pinned.values if pinned is not None else {})}
    context = {
        "text": text,
        "html": body_html(text.body, figures=figures, request=request),
        "is_current": is_current,
        "pinned": pinned,
        "before": version_before(text),
    }
    return render(request, "cms_pages/rules_text.html", context)


@never_cache
@require_safe
def rules_comment(request: HttpRequest, document: str, number: int) -> HttpResponse:
    """The form of a comment, sent to the version itself: a part of its page, or a page of its own without script."""
    text = _text_or_404(document, number)
    if not text.takes_comments:
        raise Http404
    is_part = bool(getattr(request, "htmx", False))
    name = "cms_pages/_rules_comment.html" if is_part else "cms_pages/rules_comment.html"
    return render(request, name, {"text": text, "comment_length": COMMENT_LENGTH})


@require_safe
def rules_changes(request: HttpRequest, document: str, number: int) -> HttpResponse:
    """What a version changes of the one before, line by line."""
    text = _text_or_404(document, number)
    before = version_before(text)
    if before is None:
        raise Http404
    old = body_html(before.body, figures=figures_of(before), request=request)
    new = body_html(text.body, figures=figures_of(text), request=request)
    # Long rules take seconds to compare, and on the day of the announcement everybody looks.
    key = f"cms:rules_changes:{blake2s(f'{old}|{new}'.encode()).hexdigest()}"
    lines = remember(key, lambda: changed_lines(old, new), seconds=page_cache.REMEMBERED_SECONDS)
    context = {"text": text, "before": before, "lines": lines}
    return render(request, "cms_pages/rules_changes.html", context)


def _comment(request: HttpRequest, text: RulesText) -> HttpResponse:
    # Programs fill in every field; people do not see this one.
    if not request.POST.get("website"):
        ratelimit.consume(request, app="allauth.account", action="rules_comment", raise_exception=True)
        comment_on_rules(text_id=text.pk, comment=request.POST.get("comment", ""))
    messages.success(request, _("Thank you. Every comment is read before the change takes effect."))
    return redirect(text)


def _text_or_404(document: str, number: int) -> RulesText:
    text = text_of(document, number)
    if text is None:
        raise Http404
    _say_until_when(text)
    return text


def _say_until_when(text: RulesText) -> None:
    """No page of this text is kept past the moment from which it says something else."""
    for moment in (text.comments_until, text.effective_at):
        page_cache.shows(until=moment)


def _pinned(request: HttpRequest) -> RulesVersion | None:
    asked = request.GET.get("order_rules", "")
    return rules_of_number(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None


def _in_force() -> set[tuple[str, int]]:
    return set(numbers_in_force().items())
