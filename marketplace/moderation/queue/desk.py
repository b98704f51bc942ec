"""The queue in Wagtail's admin: what waits, a case with what helps to decide it, and the decision."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.errors import DomainError
from marketplace.moderation.models import Effect, ModerationQueue, QueueKind
from marketplace.moderation.queue import selectors, services, subjects_shown
from marketplace.moderation.queue.effects import effect_words, usual_effect
from marketplace.moderation.queue.forms import SHOWN, DecisionForm, QueueForm
from marketplace.moderation.queue.sources import source_of
from marketplace.moderation.queue.taking_in import follow_open_cases

PAGE_SIZE = 40
# The digits, then the letters that mean nothing else on a case (static/js/moderation-queue.js).
REASON_KEYS = "1234567890qeuiopbfmvz"
never_kept = cache_control(private=True, no_store=True)


@permission_required(selectors.VIEW)
@require_safe
@never_kept
def queue_list(request: HttpRequest) -> HttpResponse:
    """What waits, the most urgent first, or one view of it."""
    services.take_in()
    staff = cast(User, request.user)
    form = QueueForm(request.GET)
    asked = form.asked
    found = Paginator(selectors.listed(staff, asked), PAGE_SIZE).get_page(request.GET.get("page"))
    counts = selectors.counts_for(staff)
    numbers = {"": counts.waiting, "mine": counts.mine, "unclaimed": counts.unclaimed, "overdue": counts.overdue}
    context = {
        "form": form,
        "asked": asked,
        "page_obj": found,
        "rows": [selectors.row_of(case, staff) for case in found],
        "counts": counts,
        "tabs": [(value, label, numbers.get(value)) for value, label in SHOWN],
        "kinds": [(kind, counts.kinds.get(kind.value, 0)) for kind in QueueKind if counts.kinds.get(kind.value)],
        "holders": selectors.holders(staff),
        "may_decide": staff.has_perm(selectors.DECIDE),
        "is_decided": asked.get("show") == "decided",
        "query": request.GET.urlencode(),
        "now": clock.now(),
    }
    return render(request, "moderation/admin/queue_list.html", context)


@permission_required(selectors.DECIDE)
@require_POST
def queue_take(request: HttpRequest) -> HttpResponse:
    """The next one: one's own that is claimed already, or the most urgent that nobody has."""
    staff = cast(User, request.user)
    services.take_in()
    return _onward(request, services.claim_next(staff=staff, kind=_only(request)))


@permission_required(selectors.VIEW)
@require_safe
@never_kept
def queue_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case. What is decided at a desk of its own is shown there."""
    staff = cast(User, request.user)
    case = selectors.case_for_staff(staff, case_id)
    if not source_of(case).is_decided_here:
        return redirect(_with_only(selectors.address_of(case), request))
    return _case(request, case)


@permission_required(selectors.DECIDE)
@require_POST
def queue_claim(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take it; from the list one stays there."""
    staff = cast(User, request.user)
    case = selectors.case_for_staff(staff, case_id)
    try:
        services.claim_case(case_id=case.pk, staff=staff)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("moderation_queue")
    if "stay" in request.POST:
        # Without the case's mark: a browser that goes there takes the focus away from its line.
        return redirect(f"{reverse('moderation_queue')}?{request.POST['stay']}")
    return redirect(_with_only(selectors.address_of(case), request))


@permission_required(selectors.DECIDE)
@require_POST
def queue_release(request: HttpRequest, case_id: int) -> HttpResponse:
    """Give it back."""
    staff = cast(User, request.user)
    case = selectors.case_for_staff(staff, case_id)
    services.release_case(case_id=case.pk, staff=staff)
    messages.success(request, _("Released. Colleagues can take it."))
    return redirect(_with_only(reverse("moderation_queue"), request))


@permission_required(selectors.DECIDE)
@require_POST
def queue_next(request: HttpRequest, case_id: int) -> HttpResponse:
    """From a desk of its own: on to the next case. What was decided there is closed in the queue."""
    staff = cast(User, request.user)
    follow_open_cases(decided_by_id=staff.pk)
    mine = services.claim_next(staff=staff, after=case_id, kind=_only(request))
    return _onward(request, mine)


@permission_required(selectors.DECIDE)
@require_POST
def queue_decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Decide it, and go on to the next."""
    staff = cast(User, request.user)
    case = selectors.case_for_staff(staff, case_id)
    form = _form(case, request)
    if form is None or not form.is_valid():
        return _case(request, case, form)
    asked = form.asked
    effects = source_of(case).effects_for(source_of(case).subject_of(case))
    chosen = form.cleaned_data.get("effect") or usual_effect(asked["reason"], effects)
    if not chosen and case.kind != QueueKind.APPEAL:
        form.add_error("effect", _("Please choose a reason, or what is to be done."))
        return _case(request, case, form)
    asked["effect"] = chosen or Effect.NOTHING
    try:
        decision = services.decide_case(case_id=case.pk, staff=staff, **asked)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _case(request, case, form)
    said = _("Decided: %(effect)s. Whom it concerns is told.")
    messages.success(request, said % {"effect": effect_words(case, Effect(decision.effect))})
    if request.POST.get("then") == "list":
        return redirect(_with_only(reverse("moderation_queue"), request))
    return _onward(request, services.claim_next(staff=staff, kind=_only(request)))


def _onward(request: HttpRequest, case: ModerationQueue | None) -> HttpResponse:
    if case is None:
        messages.info(request, _("Nothing is left that you may decide."))
        return redirect(_with_only(reverse("moderation_queue"), request))
    return redirect(_with_only(selectors.address_of(case), request))


def _only(request: HttpRequest) -> str:
    """The one kind that somebody works through, if they chose one."""
    kind = (request.POST if request.method == "POST" else request.GET).get("kind", "")
    return kind if kind in QueueKind.values else ""


def _with_only(address: str, request: HttpRequest) -> str:
    kind = _only(request)
    return f"{address}?{urlencode({'kind': kind})}" if kind else address


def _form(case: ModerationQueue, request: HttpRequest) -> DecisionForm | None:
    """The form of a case that waits; None where its thing is gone or it is decided."""
    source = source_of(case)
    row = source.subject_of(case)
    if row is None or case.decided_at is not None or not source.is_decided_here:
        return None
    return DecisionForm(
        request.POST or None,
        kind=case.kind,
        effects=source.effects_for(row),
        review=subjects_shown.review_to_hide(row),
    )


def _case(request: HttpRequest, case: ModerationQueue, form: DecisionForm | None = None) -> HttpResponse:
    staff = cast(User, request.user)
    source = source_of(case)
    row = source.subject_of(case)
    form = form or _form(case, request)
    effects = source.effects_for(row) if row is not None else ()
    # What stands beside it: strikes, suspensions and other cases of the person.
    data = {"case": case.pk, "kind": case.kind}
    staff_log.note_reading(actor=staff, action="queue.read", what=case.pk, data=data, subject=case.person)
    previous, following = selectors.beside(case, staff, _only(request))
    context: dict[str, Any] = {
        **subjects_shown.context_of(row, staff),
        "queue_case": case,
        "row": selectors.row_of(case, staff),
        "subject_template": source.template if row is not None else "",
        "form": form,
        "effects": [(effect, effect_words(case, effect)) for effect in effects],
        "may_suspend": staff.has_perm("accounts.suspend_user"),
        "reasons": [
            (offered, usual_effect(offered.reason, effects), REASON_KEYS[place : place + 1])
            for place, offered in enumerate(selectors.offered_reasons(case))
        ],
        "refusal": selectors.refusal_for(case, staff) if case.decided_at is None else "",
        "may_decide": False,  # the parts of the old pages show no forms of their own here
        "is_reader": not staff.has_perm(selectors.DECIDE),
        "card": selectors.person_card(case.person) if case.person else None,
        "of_person": selectors.cases_of_person(case, staff),
        "similar": selectors.similar_cases(case, staff),
        "decisions": list(case.decisions.select_related("decided_by__profile", "reason")),
        "previous_id": previous,
        "next_id": following,
        "only": _only(request),
        "desk_url": reverse(source.url_name, args=[case.object_id]) if source.url_name and row is not None else "",
    }
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, "moderation/admin/queue_case.html", context, status=status)
