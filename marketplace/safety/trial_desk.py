"""Trying watched words in Wagtail's admin: any text, ways of writing a word, and dry runs before a change is put in use."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core import staff_log
from marketplace.core.absent import absent_is_404
from marketplace.core.errors import DomainError
from marketplace.safety import selectors, trials
from marketplace.safety.forms import DropForm, TryTextForm, VariantsForm
from marketplace.safety.models import Level, SensitiveWord, WordTopic, WordTrial
from marketplace.safety.text_sources import label_of
from marketplace.safety.variants import VariantKind, variants_of
from marketplace.safety.words import word_finder

PERMISSION = "safety.change_sensitiveword"
PER_PAGE = 40
SPELLINGS_LENGTH = 300
KIND_LABELS = {
    VariantKind.SPLIT: gettext_lazy("Split characters"),
    VariantKind.LETTERS: gettext_lazy("Letters in place of characters"),
    VariantKind.HOMOPHONE: gettext_lazy("Characters that sound the same"),
    VariantKind.FOUND: gettext_lazy("Found already, whatever is ticked"),
}
SAMPLE_LABELS = {
    "new": pgettext_lazy("places of a watched word", "Newly found"),
    "gone": pgettext_lazy("places of a watched word", "No longer found"),
    "found": pgettext_lazy("places of a watched word", "Found as before"),
}


@permission_required(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def try_text(request: HttpRequest) -> HttpResponse:
    """What would be found in any text, by the list in use or, with `trial`, by the one that is tried."""
    form = TryTextForm(request.POST or None)
    key = request.POST.get("trial") or request.GET.get("trial", "")
    trial = selectors.trial_of(int(key)) if key.isdecimal() else None
    pieces: list[selectors.Piece] | None = None
    if request.method == "POST" and form.is_valid():
        finder = trials.finder_with(trial) if trial else word_finder()
        pieces = selectors.pieces_of(form.cleaned_data["text"], finder)
    found = [piece for piece in pieces or [] if piece.word or piece.contact]
    context = {"form": form, "trial": trial, "pieces": pieces, "found": found}
    return render(request, "safety/admin/word_test.html", context, status=422 if form.errors else 200)


@permission_required(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def variants(request: HttpRequest) -> HttpResponse:
    """Ways of writing a word; what is ticked is tried together with it."""
    data = request.POST or request.GET
    word = data.get("word", "").strip()[:30]
    known = selectors.word_called(word)
    form = VariantsForm(data if word else None, initial={"level": Level.FLAG, "topic": WordTopic.OTHER})
    spellings = known.spellings.split() if known else []
    if request.method == "POST" and form.is_valid():
        ticked = [text for text in request.POST.getlist("spellings") if text and " " not in text]
        together = " ".join(dict.fromkeys([*spellings, *ticked]))
        try:
            trial = _try_spellings(cast(AbstractBaseUser, request.user), known, form.cleaned_data, together)
        except ValidationError:
            form.add_error(None, _("Together these are more than %(limit)s characters.") % {"limit": SPELLINGS_LENGTH})
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("“%(word)s” is tried first. The list is as it was.") % {"word": trial})
            return redirect("safety_trial", trial.pk)
    found = variants_of(word, spellings) if word else []
    groups = [
        (label, kind != VariantKind.FOUND, [one for one in found if one.kind == kind])
        for kind, label in KIND_LABELS.items()
    ]
    context = {"form": form, "word": word, "known": known, "groups": groups, "spellings": spellings}
    return render(request, "safety/admin/word_variants.html", context, status=422 if form.errors else 200)


@permission_required(PERMISSION)
@require_safe
def trial_list(request: HttpRequest) -> HttpResponse:
    """All dry runs, or with `?waiting=1` those that wait for a decision."""
    is_waiting = "all" not in request.GET
    rows = selectors.waiting_trials() if is_waiting else selectors.trials()
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "safety/admin/trial_list.html", {"page_obj": found, "is_waiting": is_waiting})


@permission_required(PERMISSION)
@require_safe
def trial_detail(request: HttpRequest, trial_id: int) -> HttpResponse:
    """What a change would do."""
    return _detail(request, trial_id, DropForm())


@permission_required(PERMISSION)
@require_POST
@absent_is_404(WordTrial)
def trial_use(request: HttpRequest, trial_id: int) -> HttpResponse:
    """Put it in use."""
    try:
        trial = trials.put_in_use(trial_id=trial_id, staff=cast(AbstractBaseUser, request.user))
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("safety_trial", trial_id)
    messages.success(request, _("“%(word)s” is in use.") % {"word": trial})
    return redirect("wagtailsnippets_safety_sensitiveword:list")


@permission_required(PERMISSION)
@require_POST
@absent_is_404(WordTrial)
def trial_drop(request: HttpRequest, trial_id: int) -> HttpResponse:
    """Leave the list as it is."""
    form = DropForm(request.POST)
    if not form.is_valid():
        return _detail(request, trial_id, form)
    try:
        reason = form.cleaned_data["reason"]
        trials.drop_trial(trial_id=trial_id, staff=cast(AbstractBaseUser, request.user), reason=reason)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("safety_trial", trial_id)
    messages.success(request, _("Dropped. The list is as it was."))
    return redirect("safety_trials")


@permission_required(PERMISSION)
@require_POST
@absent_is_404(WordTrial)
def trial_again(request: HttpRequest, trial_id: int) -> HttpResponse:
    """Run it again."""
    try:
        trials.try_again(trial_id=trial_id)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("safety_trial", trial_id)


def _try_spellings(
    staff: AbstractBaseUser, known: SensitiveWord | None, told: dict[str, Any], spellings: str
) -> WordTrial:
    proposed = trials.proposal_of(known or SensitiveWord(word=told["word"]))
    proposed["spellings"] = spellings
    if known is None:
        proposed["topic"] = told["topic"] or WordTopic.OTHER
        proposed["level"] = Level.FLAG if told["level"] == "" else told["level"]
    return trials.ask_trial(word=known, proposed=proposed, staff=staff)


def _detail(request: HttpRequest, trial_id: int, form: DropForm) -> HttpResponse:
    trial = selectors.trial_of(trial_id)
    if trial.samples:
        # Words of people, if masked ones.
        staff_log.note_reading(
            actor=cast(AbstractBaseUser, request.user),
            action="words.trial_read",
            what=trial.pk,
            data={"trial": trial.pk, "word": str(trial)},
        )
    samples = [
        (
            SAMPLE_LABELS[kind],
            [{**one, "where": label_of(one["source"])} for one in trial.samples if one["kind"] == kind],
        )
        for kind in SAMPLE_LABELS
    ]
    context = {
        "trial": trial,
        "changes": selectors.changes(trial),
        "counted": selectors.counted(trial),
        "samples": [(label, rows) for label, rows in samples if rows],
        "is_running": trial.status in ("waiting", "running"),
        "is_over": trial.status in ("applied", "dropped"),
        "form": form,
        "test_form": TryTextForm(),
    }
    return render(request, "safety/admin/trial_detail.html", context, status=422 if form.errors else 200)
