"""Saving a watched word in Wagtail's admin: what is saved is tried first (trials.py)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.snippets.views.snippets import CreateView, EditView

from marketplace.core.errors import DomainError
from marketplace.safety import trials
from marketplace.safety.models import SensitiveWord, WordTrial


class _Tried:
    """Neither view saves: it asks for a dry run, or puts the change in use at once."""

    def form_valid(self, form: Any) -> HttpResponse:
        """The page of the dry run, or the list."""
        self.form = form
        try:
            trial = self._try(form)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            messages.error(self.request, refusal.message)
            return self.form_invalid(form)
        if trial.applied_at:
            messages.success(self.request, _("“%(word)s” is in use.") % {"word": trial})
            return redirect("wagtailsnippets_safety_sensitiveword:list")
        messages.success(self.request, _("“%(word)s” is tried first. The list is as it was.") % {"word": trial})
        return redirect("safety_trial", trial.pk)

    def _try(self, form: Any) -> WordTrial:
        word: SensitiveWord = form.instance
        asked = {"word": word if word.pk else None, "proposed": trials.proposal_of(word), "staff": self.request.user}
        if form.cleaned_data["at_once"]:
            return trials.put_in_use_at_once(**asked, because=form.cleaned_data["because"])
        return trials.ask_trial(**asked)


class WordCreateView(_Tried, CreateView):
    """A new word."""


class WordEditView(_Tried, EditView):
    """A word that is there."""
