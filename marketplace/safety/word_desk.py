"""Taking in a list of watched words, inside Wagtail's admin."""

from typing import cast

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin.auth import permission_required

from marketplace.core.errors import DomainError
from marketplace.safety.exchange import import_words
from marketplace.safety.forms import WordsImportForm

PERMISSION = "safety.change_sensitiveword"


@permission_required(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def words_import(request: HttpRequest) -> HttpResponse:
    """All of a file, or nothing and why."""
    form = WordsImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = form.cleaned_data
            done = import_words(content=told["file"].read(), by=cast(Model, request.user), because=told["because"])
        except DomainError as refusal:
            form.add_error("file", refusal.message)
        else:
            said = _("Taken in: %(added)s new words, %(changed)s changed.")
            messages.success(request, said % {"added": done.added, "changed": done.changed})
            return redirect("wagtailsnippets_safety_sensitiveword:list")
    return render(request, "safety/admin/words_import.html", {"form": form}, status=422 if form.errors else 200)
