"""Checks of decisions in Wagtail's admin: first what one would have decided, then what was decided."""

from typing import cast

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.errors import DomainError
from marketplace.moderation.models import DecisionCheck, Effect
from marketplace.moderation.quality import checks, workload
from marketplace.moderation.quality.checks import CHECK, VIEW
from marketplace.moderation.quality.evidence import evidence_of
from marketplace.moderation.quality.forms import BlindForm, CheckForm, UndoForm

PER_PAGE = 40
_SALT = "moderation.check"
# What somebody would have decided holds for a shift.
_SECONDS = 8 * 60 * 60


@permission_required(VIEW)
@require_safe
def check_list(request: HttpRequest) -> HttpResponse:
    """What waits for a look, or with `?done=1` what was checked."""
    staff = cast(User, request.user)
    is_open = "done" not in request.GET
    rows = checks.open_checks(staff) if is_open else checks.done_checks(staff)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "moderation/admin/check_list.html", {"page_obj": found, "is_open": is_open})


@permission_required(VIEW)
@require_safe
def check_case(request: HttpRequest, check_id: int) -> HttpResponse:
    """One case without its decision, until one has said what one would have decided."""
    check = checks.check_for_staff(cast(User, request.user), check_id)
    return _case(request, check, BlindForm(), CheckForm(), UndoForm())


@permission_required(CHECK)
@require_POST
def check_blind(request: HttpRequest, check_id: int) -> HttpResponse:
    """Say what one would have decided; the decision is shown then. What was said stands in the staff log."""
    staff = cast(User, request.user)
    check = checks.check_for_staff(staff, check_id)
    form = BlindForm(request.POST)
    if check.checked_at is not None or not form.is_valid():
        return _case(request, check, form, CheckForm(), UndoForm())
    would_be = form.cleaned_data["would_be"]
    data = {"check": check.pk, "decision": check.decision_id, "would_be": would_be}
    staff_log.note(actor=staff, action="check.blind", subject=check.decision.person, data=data)
    agrees = would_be == check.decision.effect
    after = CheckForm(initial={"seen": _seen(check, staff, would_be), "agrees": "1" if agrees else "0"})
    return _case(request, check, form, after, UndoForm(), would_be=would_be)


@permission_required(CHECK)
@require_POST
def check_done(request: HttpRequest, check_id: int) -> HttpResponse:
    """Agree or disagree with what was decided."""
    staff = cast(User, request.user)
    check = checks.check_for_staff(staff, check_id)
    form = CheckForm(request.POST)
    would_be = _would_be(check, staff, request.POST.get("seen", ""))
    if not would_be:
        return _case(request, check, BlindForm(), form, UndoForm())
    if form.is_valid():
        told = form.cleaned_data
        try:
            checks.check_decision(
                check_id=check_id, staff=staff, agrees=told["agrees"], remark=told["remark"], would_be=would_be
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Noted. Your colleague finds it under Checks."))
            following = checks.next_check(staff, check_id) if told["agrees"] else check
            return redirect("moderation_check", following.pk) if following else redirect("moderation_checks")
    return _case(request, check, BlindForm(), form, UndoForm(), would_be=would_be)


@permission_required(CHECK)
@require_POST
def check_undo(request: HttpRequest, check_id: int) -> HttpResponse:
    """Turn round a decision that a check found wrong."""
    staff = cast(User, request.user)
    check = checks.check_for_staff(staff, check_id)
    form = UndoForm(request.POST)
    if form.is_valid():
        try:
            checks.undo_checked(check_id=check_id, staff=staff, because=form.cleaned_data["because"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Undone. The person is told."))
            return redirect("moderation_check", check_id)
    return _case(request, check, BlindForm(), CheckForm(), form)


@permission_required(workload.TEAM)
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Who has and does what, for who leads the team."""
    context = {"team": workload.team(), "days": workload.CHECKS_DAYS, "median_days": workload.MEDIAN_DAYS}
    return render(request, "moderation/admin/team.html", context)


def _case(
    request: HttpRequest,
    check: DecisionCheck,
    blind: BlindForm,
    form: CheckForm,
    undo: UndoForm,
    *,
    would_be: str = "",
) -> HttpResponse:
    staff = cast(User, request.user)
    decision = check.decision
    data = {"check": check.pk, "decision": decision.pk}
    staff_log.note_reading(actor=staff, action="check.read", what=check.pk, data=data, subject=decision.person)
    may_check = staff.has_perm(CHECK) and staff.pk != decision.decided_by_id
    context = {
        "check": check,
        "decision": decision,
        "case": decision.case,
        "evidence": evidence_of(decision.case),
        "is_shown": bool(would_be) or check.checked_at is not None,
        "would_be": Effect(would_be).label if would_be else "",
        "blind": blind,
        "form": form,
        "undo": undo,
        "may_check": may_check and check.checked_at is None,
        "may_undo": may_check and check.agrees is False and decision.overturned_at is None,
        "now": clock.now(),
    }
    is_refused = any(one.errors for one in (blind, form, undo))
    return render(request, "moderation/admin/check_case.html", context, status=422 if is_refused else 200)


def _seen(check: DecisionCheck, staff: User, would_be: str) -> str:
    return signing.dumps([check.pk, staff.pk, would_be], salt=_SALT)


def _would_be(check: DecisionCheck, staff: User, seen: str) -> str:
    """What this person said before they saw the decision; empty when they did not, or too long ago."""
    try:
        key, reader, would_be = signing.loads(seen, salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(would_be) if (key, reader) == (check.pk, staff.pk) and would_be in Effect.values else ""
