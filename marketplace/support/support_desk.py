"""The support inbox inside Wagtail's admin: what waits and until when, one case, and what is done with it."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.orders.timeline import event_lines
from marketplace.support import selectors, services
from marketplace.support.forms import AnswerForm, AssignForm, NoteForm, PriorityForm, SolveForm
from marketplace.support.models import Priority, SupportCase

PERMISSION = "support.change_supportcase"
FIGURES_OF = timedelta(days=30)


@permission_required(PERMISSION)
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """What waits, what is due first on top."""
    staff = cast(User, request.user)
    show, query = request.GET.get("show", ""), request.GET.get("q", "").strip()[:60]
    found = Paginator(selectors.inbox(staff, show=show, query=query), 40).get_page(request.GET.get("page"))
    now = clock.now()
    context = {
        "page_obj": found,
        "rows": selectors.as_rows(found, now),
        "show": show,
        "query": query,
        "counts": selectors.counts(staff),
        "figures": selectors.answer_figures(now - FIGURES_OF),
    }
    return render(request, "support/admin/case_list.html", context)


@permission_required(PERMISSION)
@require_safe
def case_detail(request: HttpRequest, case_id: int) -> HttpResponse:
    """What was said, with `?before=` what was said before a message, and what colleagues noted."""
    case = selectors.case_for_staff(cast(User, request.user), case_id)
    before = request.GET.get("before", "")
    return _case(request, case, before=int(before) if before.isdecimal() and len(before) < 10 else None)


@permission_required(PERMISSION)
@require_safe
def case_order(request: HttpRequest, case_id: int, number: str) -> HttpResponse:
    """An order of the person who asks: its facts and what happened, as they themselves see it."""
    staff = cast(User, request.user)
    case = selectors.case_for_staff(staff, case_id)
    order = selectors.order_of_person(case, number)
    services.note_reading(case=case, reader=staff)
    context = {"case": case, "order": order, "lines": event_lines(order, case.person)}
    return render(request, "support/admin/case_order.html", context)


@permission_required(PERMISSION)
@require_POST
def case_answer(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answer as support, and with the other button say that it is solved with that."""
    case = selectors.case_for_staff(cast(User, request.user), case_id)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _case(request, case, answer=form)
    staff = cast(User, request.user)
    try:
        services.answer_case(case_id=case.pk, staff=staff, **form.cleaned_data)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _case(request, case, answer=form)
    messages.success(request, _("Answered. The person is told."))
    if "solve" in request.POST:
        seen = form.cleaned_data["seen"] or 0
        return _act(request, case, lambda: services.solve_case(case_id=case.pk, by=staff, seen=seen))
    return redirect("support_case", case.pk)


@permission_required(PERMISSION)
@require_POST
def case_assign(request: HttpRequest, case_id: int) -> HttpResponse:
    """Give it to somebody, or take it oneself."""
    case = selectors.case_for_staff(cast(User, request.user), case_id)
    form = AssignForm(request.POST)
    staff = cast(User, request.user)
    if "me" in request.POST:
        return _act(request, case, lambda: services.assign_case(case_id=case.pk, by=staff, to=staff))
    if not form.is_valid():
        return _case(request, case, assign=form)
    to = form.people.get(form.cleaned_data["to"])
    return _act(request, case, lambda: services.assign_case(case_id=case.pk, by=staff, to=to))


@permission_required(PERMISSION)
@require_POST
def case_prioritise(request: HttpRequest, case_id: int) -> HttpResponse:
    """Say how urgent it is."""
    case = selectors.case_for_staff(cast(User, request.user), case_id)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        return _case(request, case)
    by, priority = cast(User, request.user), Priority(form.cleaned_data["priority"])
    return _act(request, case, lambda: services.prioritise_case(case_id=case.pk, by=by, priority=priority))


@permission_required(PERMISSION)
@require_POST
def case_solve(request: HttpRequest, case_id: int) -> HttpResponse:
    """Nothing is left to answer."""
    case = selectors.case_for_staff(cast(User, request.user), case_id)
    form = SolveForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else 0
    by = cast(User, request.user)
    return _act(request, case, lambda: services.solve_case(case_id=case.pk, by=by, seen=seen))


@permission_required(PERMISSION)
@require_POST
def case_note(request: HttpRequest, case_id: int) -> HttpResponse:
    """Tell colleagues something."""
    case = selectors.case_for_staff(cast(User, request.user), case_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _case(request, case, note=form)
    author, text = cast(User, request.user), form.cleaned_data["text"]
    return _act(request, case, lambda: services.note_case(case_id=case.pk, author=author, text=text))


def _act(request: HttpRequest, case: SupportCase, act: Any) -> HttpResponse:
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("support_case", case.pk)


def _case(
    request: HttpRequest,
    case: SupportCase,
    *,
    before: int | None = None,
    answer: AnswerForm | None = None,
    note: NoteForm | None = None,
    assign: AssignForm | None = None,
) -> HttpResponse:
    staff = cast(User, request.user)
    services.note_reading(case=case, reader=staff)
    thread = selectors.thread_of(case, before=before)
    first = (thread[0].sequence if thread else None) or 1
    refused = next((form for form in (answer, note, assign) if form is not None), None)
    context = {
        "row": selectors.as_rows([case], clock.now())[0],
        "case": case,
        "thread": thread,
        "before": first if first > 1 else None,
        "is_newest": before is None,
        "seen": thread[-1].sequence if thread else 0,
        "notes": case.notes.select_related("author__profile"),
        "orders": selectors.orders_to_ask_about(case.person, limit=5),
        "priority": PriorityForm(initial={"priority": case.priority}),
        "others": selectors.other_cases_of(case),
        "ready": selectors.ready_answers(case),
        "answer": answer or AnswerForm(),
        "note": note or NoteForm(),
        "assign": assign or AssignForm(initial={"to": case.assigned_to_id}),
        "staff": staff,
    }
    return render(request, "support/admin/case_detail.html", context, status=422 if refused else 200)
