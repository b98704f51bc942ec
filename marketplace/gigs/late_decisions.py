"""Wagtail's own ways to a decision, used too late: a sentence in the admin instead of a bare error page.

Our page (review_desk.py) says the same; here are Wagtail's dialogues (first page, edit page) and the form of its edit page.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.admin.modal_workflow import render_modal_workflow
from wagtail.snippets.views.snippets import CollectWorkflowActionDataView, EditView, WorkflowActionView

from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.reviewing import require_undecided


class LateActionView(WorkflowActionView):
    """Approve or send back from Wagtail's first page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            require_undecided(self.task_state, self.object)
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except GigError as refusal:
            # Also from the decision itself: a colleague may have been quicker by a moment.
            messages.error(request, refusal.message)
            return _leave(request, {"redirect": self.redirect_url})
        return response


class LateCollectView(CollectWorkflowActionDataView):
    """The same dialogue on the edit page, which only asks; the page's form decides."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            require_undecided(self.task_state, self.object)
        except GigError as refusal:
            if not _is_script(request):
                messages.error(request, refusal.message)
            # Wagtail's script knows no other way on than to send the form, which is refused in the same words.
            return _leave(request, {"redirect": self.redirect_url, "cleaned_data": {}})
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class LateEditView(EditView):
    """The edit page: its form says which revision it was made from, and nothing else is decided by it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if "action-workflow-action" in request.POST:
                self._require_decidable()
            response: HttpResponseBase = super().post(request, *args, **kwargs)
        except GigError as refusal:
            messages.error(request, refusal.message)
            return redirect(self.get_edit_url())
        return response

    def _require_decidable(self) -> None:
        last = self.object.workflow_states.order_by("-pk").first()
        if last is not None and last.current_task_state is not None:
            require_undecided(last.current_task_state, self.object)
        if self.is_out_of_date:
            raise GigError(GigErrorCode.OTHER_REVISION)
        if not self.workflow_action_is_valid():
            raise GigError(GigErrorCode.NOT_YOUR_REVIEW)


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("x-requested-with") == "XMLHttpRequest"


def _leave(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    """To where the dialogue was opened. The script that shows it reads JSON, and would show a page as a failure."""
    if not _is_script(request):
        return redirect(told["redirect"])
    answer: HttpResponse = render_modal_workflow(request, "", None, {}, json_data={"step": "success", **told})
    return answer
