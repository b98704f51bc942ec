"""What else is done at the people's desk: segments, lists taken out, roles, strikes, the stream, merging."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import SellerLevelChoice, User
from marketplace.accounts.services.merging import merge_accounts, merge_plan
from marketplace.core import clock, staff_log
from marketplace.core.masking import masked
from marketplace.core.sheets import Cell, Column, Sheet, format_of, sheet_response
from marketplace.moderation import people_segments
from marketplace.moderation import people_selectors as selectors
from marketplace.moderation.people_desk import VIEW, refused
from marketplace.moderation.people_forms import (
    ExportForm,
    MergeForm,
    PeopleForm,
    RolesForm,
    SegmentForm,
    StrikeForm,
    WhyForm,
)
from marketplace.moderation.people_masks import masked_email, masked_phone
from marketplace.moderation.people_merging import PERMISSION as MERGE_PERMISSION
from marketplace.moderation.people_roles import PERMISSION as ROLES_PERMISSION
from marketplace.moderation.people_roles import change_roles
from marketplace.moderation.people_search import CONTACT_PERMISSION, find_people
from marketplace.moderation.people_timeline import kinds_for, parts, timeline
from marketplace.moderation.strikes import give_strike, lift_strike

EXPORT_PERMISSION = "accounts.export_people"
STRIKE_PERMISSION = "accounts.suspend_user"
MOST_EXPORTED = 20_000
private = cache_control(private=True, no_store=True)


@permission_required(VIEW)
@require_POST
def segment_save(request: HttpRequest) -> HttpResponse:
    """Keep the search of the address under a name."""
    form, search = SegmentForm(request.POST), PeopleForm(request.GET)
    if form.is_valid():
        people_segments.save_segment(staff=_staff(request), criteria=search.criteria(), **form.cleaned_data)
        messages.success(request, _("The segment is kept."))
    else:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return _back_to_list(request)


@permission_required(VIEW)
@require_POST
def segment_rename(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Another name; shared or not."""
    form = SegmentForm(request.POST)
    segment = people_segments.own_segment(_staff(request), segment_id)
    if form.is_valid():
        people_segments.rename_segment(segment=segment, staff=_staff(request), **form.cleaned_data)
        messages.success(request, _("The segment is kept."))
    return _back_to_list(request)


@permission_required(VIEW)
@require_POST
def segment_delete(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Forget a kept search."""
    segment = people_segments.own_segment(_staff(request), segment_id)
    people_segments.delete_segment(segment=segment, staff=_staff(request))
    messages.success(request, _("The segment is gone. Nobody it found was touched."))
    return redirect("people")


@permission_required(EXPORT_PERMISSION)
@require_POST
@private
def people_export(request: HttpRequest) -> HttpResponseBase:
    """Whom the search of the address found, as a file. Who took it, why, and how many stands in the log."""
    form, search = ExportForm(request.POST), PeopleForm(request.GET)
    if not form.is_valid() or not search.is_valid():
        messages.error(request, _("Please say what the list is for."))
        return _back_to_list(request)
    wanted = format_of(form.cleaned_data["ending"])
    found = find_people(search.cleaned_data, staff=request.user).people[:MOST_EXPORTED]
    is_whole = form.cleaned_data["whole"] and request.user.has_perm(CONTACT_PERMISSION)
    people = list(found)
    staff_log.note(
        actor=_staff(request),
        action="people.export",
        data={
            "reason": form.cleaned_data["why"],
            "criteria": {name: masked(value) for name, value in search.criteria().items()},
            "people": len(people),
            "whole_contacts": is_whole,
            "format": wanted.value,
        },
    )
    name = _("People %(day)s") % {"day": timezone.localdate(clock.now()).isoformat()}
    sheet = Sheet(name=name, title=_("People"), columns=_columns(), rows=_rows(people, is_whole=is_whole))
    return sheet_response(request, sheet, wanted)


@permission_required(VIEW)
@require_safe
@private
def person_timeline(request: HttpRequest, user_id: int) -> HttpResponse:
    """Everything that happened with somebody, in one stream."""
    person = selectors.person_for_staff(user_id)
    kind = request.GET.get("kind", "")
    kind = kind if kind in parts() else ""
    context = {
        "person": person,
        "kind": kind,
        "kinds": kinds_for(request.user),
        "stream": timeline(person, staff=request.user, before=_moment(request.GET.get("before", "")), kind=kind),
    }
    return render(request, "moderation/admin/person_timeline.html", context)


@permission_required(ROLES_PERMISSION)
@require_POST
def person_roles(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give roles and take them back."""
    form = RolesForm(request.POST)
    if not form.is_valid():
        return refused(request, user_id, form)
    selectors.person_for_staff(user_id)
    change_roles(user_id=user_id, staff=_staff(request), **form.cleaned_data)
    messages.success(request, _("The roles are changed. The person was told and signed out everywhere."))
    return redirect("people_person", user_id)


@permission_required(STRIKE_PERMISSION)
@require_POST
def person_strike(request: HttpRequest, user_id: int) -> HttpResponse:
    """Warn somebody so that it counts."""
    form = StrikeForm(request.POST)
    if not form.is_valid():
        return refused(request, user_id, form)
    person = selectors.person_for_staff(user_id)
    give_strike(person=person, staff=_staff(request), words=form.cleaned_data["words"])
    messages.success(request, _("The strike is given, and the person was told."))
    return redirect("people_person", user_id)


@permission_required(STRIKE_PERMISSION)
@require_POST
def person_strike_lift(request: HttpRequest, user_id: int, strike_id: int) -> HttpResponse:
    """Let a strike count no more."""
    form = WhyForm(request.POST)
    if not form.is_valid():
        return refused(request, user_id, form)
    strike = get_object_or_404(selectors.strikes_of(selectors.person_for_staff(user_id)), pk=strike_id)
    lift_strike(strike_id=strike.pk, staff=_staff(request), because=form.cleaned_data["reason"])
    messages.success(request, _("The strike is lifted."))
    return redirect("people_person", user_id)


@permission_required(MERGE_PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def person_merge(request: HttpRequest, user_id: int, other_id: int) -> HttpResponse:
    """Two accounts side by side, and the act that makes them one: `user_id` is kept, `other_id` goes."""
    kept, merged = selectors.person_for_staff(user_id), selectors.person_for_staff(other_id)
    form = MergeForm(request.POST or None)
    for person in (kept, merged):
        staff_log.note_reading(
            actor=_staff(request), action="person.read", what=person.pk, data={"page": "people_merge"}, subject=person
        )
    if request.method == "POST" and form.is_valid():
        merge_accounts(kept_id=kept.pk, merged_id=merged.pk, staff=_staff(request), **form.cleaned_data)
        messages.success(request, _("The accounts are one now."))
        return redirect("people_person", kept.pk)
    context = {
        "plan": merge_plan(kept=kept, merged=merged),
        "pair": [selectors.person_sheet(person, staff=request.user) for person in (kept, merged)],
        "kept": kept,
        "merged": merged,
        "form": form,
    }
    return render(request, "moderation/admin/person_merge.html", context)


@permission_required(MERGE_PERMISSION)
@require_POST
def person_merge_choose(request: HttpRequest, user_id: int) -> HttpResponse:
    """The page that compares somebody with the account whose number was typed."""
    other = request.POST.get("other", "").strip().removeprefix("#")
    if not other.isascii() or not other.isdecimal() or len(other) > 18 or int(other) == user_id:
        messages.error(request, _("Type the number of the other account."))
        return redirect("people_person", user_id)
    return redirect("people_merge", user_id, selectors.person_for_staff(int(other)).pk)


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)


def _back_to_list(request: HttpRequest) -> HttpResponseRedirect:
    query = request.GET.urlencode()
    return HttpResponseRedirect(reverse("people") + (f"?{query}" if query else ""))


def _moment(text: str) -> datetime:
    """The moment where a page of the stream begins; without one, a day ahead, since some things have a day only."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return clock.now() + timedelta(days=1)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _columns() -> list[Column]:
    headings = (
        (_("Number of the account"), 10),
        (_("Name"), 18),
        (_("Public page"), 18),
        (_("Mobile number"), 18),
        (_("E-mail address"), 26),
        (_("Joined"), 20),
        (_("Last log-in"), 20),
        (_("Seller level"), 12),
        (_("Province"), 12),
        (_("City"), 12),
        (_("Can log in"), 10),
    )
    return [Column(heading, width) for heading, width in headings]


def _rows(people: list[User], *, is_whole: bool) -> Iterator[tuple[Cell, ...]]:
    for person in people:
        yield (
            person.pk,
            person.display_name,
            f"/u/{person.profile.handle}/",
            (person.phone or "") if is_whole else masked_phone(person.phone or ""),
            person.email if is_whole else masked_email(person.email),
            person.date_joined,
            person.last_login,
            str(SellerLevelChoice(person.profile.level).label) if person.is_seller else "",
            person.profile.province,
            person.profile.city,
            _("yes") if person.is_active else _("no"),
        )
