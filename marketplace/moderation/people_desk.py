"""People in Wagtail's admin: find somebody, see what there is, act. Each act asks for its own permission and leaves a line."""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts import services, viewing
from marketplace.accounts.selectors import is_staff_person
from marketplace.core import clock
from marketplace.moderation import people_selectors as selectors
from marketplace.moderation.people_forms import (
    ExportForm,
    NoteForm,
    PeopleForm,
    RolesForm,
    SegmentForm,
    StrikeForm,
    SuspendForm,
    WhyForm,
)
from marketplace.moderation.people_merging import PERMISSION as MERGE_PERMISSION
from marketplace.moderation.people_merging import likely_duplicates
from marketplace.moderation.people_search import find_people
from marketplace.moderation.people_segments import segments_for
from marketplace.moderation.people_timeline import kinds_for, timeline
from marketplace.moderation.strikes import suspension_is_due

VIEW = "accounts.view_people"
private = cache_control(private=True, no_store=True)


@permission_required(VIEW)
@require_safe
@private
def person_list(request: HttpRequest) -> HttpResponse:
    """Everybody, or whom a search, filters or a segment leave."""
    form = PeopleForm(request.GET)
    found = find_people(form.cleaned_data if form.is_valid() else {}, staff=request.user)
    page = Paginator(found.people, 40).get_page(request.GET.get("page"))
    criteria = form.criteria()
    segments = segments_for(request.user)
    context = {
        "form": form,
        "page_obj": page,
        "rows": [(person, found.reasons.get(person.pk, [])) for person in page],
        "is_cut": found.is_cut,
        "criteria": criteria,
        "segments": [(segment, urlencode(segment.criteria), segment.criteria == criteria) for segment in segments],
        "segment_form": SegmentForm(auto_id="segment_%s"),
        "export_form": ExportForm(auto_id="export_%s"),
    }
    return render(request, "moderation/admin/person_list.html", context)


@permission_required(VIEW)
@require_safe
@private
def person_detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person."""
    return _page(request, user_id)


@permission_required("accounts.reveal_contact")
@require_POST
@private
def person_reveal(request: HttpRequest, user_id: int) -> HttpResponse:
    """Number and address in full, once, on this answer alone."""
    person = selectors.person_for_staff(user_id)
    return _page(request, user_id, contact=services.reveal_contact(user=person, staff=request.user))


@permission_required("accounts.suspend_user")
@require_POST
def person_suspend(request: HttpRequest, user_id: int) -> HttpResponse:
    """Keep somebody out for a time."""
    form = SuspendForm(request.POST)
    if not form.is_valid():
        return refused(request, user_id, form)
    services.suspend_person(
        user_id=user_id, staff=request.user, reason=form.cleaned_data["reason"], ends_at=form.ends_at()
    )
    messages.success(request, _("Suspended and signed out. Running orders go on."))
    return redirect("people_person", user_id)


@permission_required("accounts.suspend_user")
@require_POST
def person_lift(request: HttpRequest, user_id: int) -> HttpResponse:
    """End a suspension before its time."""
    form = WhyForm(request.POST)
    if not form.is_valid():
        return refused(request, user_id, form)
    services.lift_suspension(user_id=user_id, staff=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("Lifted. The person can log in again."))
    return redirect("people_person", user_id)


@permission_required("accounts.sign_out_user")
@require_POST
def person_sign_out(request: HttpRequest, user_id: int) -> HttpResponse:
    """End every session of somebody."""
    selectors.person_for_staff(user_id)
    services.sign_out_by_staff(user_id=user_id, staff=request.user)
    messages.success(request, _("Signed out everywhere."))
    return redirect("people_person", user_id)


@permission_required("accounts.add_staffnote")
@require_POST
def person_note(request: HttpRequest, user_id: int) -> HttpResponse:
    """Keep a remark."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return refused(request, user_id, form)
    services.note_person(user=selectors.person_for_staff(user_id), staff=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("Noted."))
    return redirect("people_person", user_id)


@permission_required(viewing.PERMISSION)
@require_POST
def person_view_as(request: HttpRequest, user_id: int) -> HttpResponse:
    """See the site as somebody, reading only, for half an hour."""
    person = selectors.person_for_staff(user_id)
    viewing.end(session=request.session, staff=request.user)
    viewing.begin(session=request.session, staff=request.user, person=person)
    return redirect("/")


def _page(request: HttpRequest, user_id: int, *, contact: dict[str, str] | None = None) -> HttpResponse:
    person = selectors.person_for_staff(user_id)
    context = {
        "sheet": selectors.person_sheet(person, staff=request.user),
        "contact": contact,
        "suspend_form": SuspendForm(auto_id="suspend_%s"),
        "why_form": WhyForm(auto_id="lift_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
        "is_protected": is_staff_person(person),
        "minutes": viewing.MINUTES,
        "kinds": kinds_for(request.user),
        "stream": timeline(person, staff=request.user, before=clock.now() + timedelta(days=1)).items[:10],
        "roles_form": RolesForm(auto_id="roles_%s", initial={"roles": [group.name for group in person.groups.all()]}),
        "strike_form": StrikeForm(auto_id="strike_%s"),
        "now": clock.now(),
        "suspension_is_due": suspension_is_due(person),
        # Looked for when asked: no index knows how a mailbox can be written otherwise.
        "likely": likely_duplicates(person)
        if "likely" in request.GET and request.user.has_perm(MERGE_PERMISSION)
        else None,
    }
    return render(request, "moderation/admin/person_detail.html", context)


def refused(request: HttpRequest, user_id: int, form: Form) -> HttpResponse:
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        messages.error(request, f"{label}: {' '.join(errors)}")
    return redirect("people_person", user_id)
