"""Candidates for the thesaurus, and the judged sets, in Wagtail's admin."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.discovery.analytics import candidates
from marketplace.discovery.analytics.judging import check_set
from marketplace.discovery.analytics.models import CandidateState, JudgedSet, ThesaurusCandidate
from marketplace.discovery.tasks import try_candidate

PERMISSION = "discovery.change_thesaurusentry"
SHOWN = 100


@permission_required(PERMISSION)
@require_safe
def candidate_list(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, what speaks loudest first."""
    waiting = ThesaurusCandidate.objects.filter(state=CandidateState.OPEN)
    rows = waiting.order_by("-clicked_after", "-reformulated", "word")[:SHOWN]
    return render(request, "discovery/admin/candidates.html", {"candidates": rows, "waiting": waiting.count()})


@permission_required(PERMISSION)
@require_POST
def candidate_decide(request: HttpRequest, candidate_id: int, step: str) -> HttpResponse:
    """Try, add or dismiss one."""
    try:
        if step == "try":
            candidates.get_candidate(candidate_id)
            try_candidate.delay(candidate_id)
            messages.info(request, _("It is being tried. Load this page again in a minute to see what would change."))
        elif step == "add":
            entry = candidates.add_candidate(candidate_id=candidate_id, staff=request.user)
            if entry is not None:
                messages.success(request, _("Added to the thesaurus: %(words)s") % {"words": entry.words})
        else:
            candidates.dismiss_candidate(candidate_id=candidate_id, staff=request.user)
            messages.success(request, _("It is not offered again."))
    except ThesaurusCandidate.DoesNotExist:
        raise Http404 from None
    return redirect("discovery_candidates")


class JudgedSetForm(WagtailAdminModelForm):
    """Refuses what cannot be measured by."""

    def clean_content(self) -> object:
        content = self.cleaned_data["content"]
        try:
            check_set(content)
        except ValidationError as error:
            self.add_error("content", error)
        return content


class JudgedSetViewSet(SnippetViewSet):
    model = JudgedSet
    icon = "clipboard-list"
    menu_label = gettext_lazy("Judged sets")
    menu_name = "judged-sets"
    menu_order = 220
    add_to_admin_menu = True
    list_display = ["name", BooleanColumn("is_active", label=gettext_lazy("measured every night")), "created_at"]
    edit_handler = ObjectList(
        [FieldPanel("name"), FieldPanel("content"), FieldPanel("is_active")], base_form_class=JudgedSetForm
    )
