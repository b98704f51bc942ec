"""Recommendations in Wagtail's admin: do they go on, what stands beside a service, and why somebody is recommended it.

What one person looked at is that person's: it takes a permission of its own, and who asked stands in the staff log.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.selectors import people_matching
from marketplace.core import staff_log
from marketplace.discovery.recommending import desk

PERMISSION = "discovery.view_recommendation"
OF_PERSON = "discovery.view_gigview"
MOST_PEOPLE = 10


@permission_required(PERMISSION)
@require_safe
@never_cache
def recommendation_desk(request: HttpRequest) -> HttpResponse:
    """The lists and their runs; `?gig=` what stands beside one, `?who=` what a person is recommended, both: why this one."""
    who = request.GET.get("who", "").strip() if request.user.has_perm(OF_PERSON) else ""
    number = request.GET.get("gig", "").strip()
    gig = desk.gig_of_number(number)
    people = people_matching(who, limit=MOST_PEOPLE)
    context = {
        "lists": desk.lists(),
        "people_figures": desk.people_figures(),
        "who": who,
        "number": number,
        "gig": gig,
        "people": people,
        "beside": desk.rows_beside(gig) if gig else [],
    }
    if len(people) == 1:
        person = people[0]
        staff_log.note_reading(
            actor=request.user,
            action="recommendations.read",
            what=person.pk,
            data={"person": person.pk},
            subject=person,
        )
        context |= {"person": person, "answer": desk.why(person, gig)}
    return render(request, "discovery/admin/recommendation_desk.html", context)
