"""The platform's settings in Wagtail's admin: all of them, one with its history, and what happens to a change."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core import changes
from marketplace.core.config import DEFINITIONS, quoted_in, rules_page, stored_value
from marketplace.core.config_words import in_words, what_it_means
from marketplace.core.errors import SettingError
from marketplace.core.models import ChangeStatus, ConfigChange
from marketplace.operations import settings_selectors as selectors
from marketplace.operations.settings_forms import AnswerForm, ChangeForm

PAGE_SIZE = 40


@permission_required(selectors.VIEW)
@require_safe
def setting_list(request: HttpRequest) -> HttpResponse:
    """Every constant by group; `?q=` looks for words, `?changed=1` leaves out what has its default."""
    words, only_changed = request.GET.get("q", "").strip()[:100], "changed" in request.GET
    staff = cast(User, request.user)
    context = {
        "groups": selectors.settings_by_group(staff, words=words, only_changed=only_changed),
        "words": words,
        "only_changed": only_changed,
        "waiting": selectors.changes_in_words(selectors.open_changes(), staff),
    }
    return render(request, "operations/admin/setting_list.html", context)


@permission_required(selectors.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def setting_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One constant: what it is, its history, and the form that asks for another value."""
    definition = selectors.definition_of(key)
    staff = cast(User, request.user)
    may_ask = staff.has_perm(selectors.ASK)
    current = stored_value(key)
    form = ChangeForm(request.POST or None, definition=definition, current=current)
    if request.method == "POST" and may_ask and form.is_valid():
        try:
            change = changes.ask_for_change(
                key=key,
                value=form.cleaned_data["value"],
                reason=form.cleaned_data["reason"],
                effective_at=form.cleaned_data["effective_at"],
                asker=staff,
            )
        except SettingError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _said(change))
            return redirect("operations_setting", key)
    history = selectors.history_of(key, staff)
    context = {
        "definition": definition,
        "value": in_words(definition, current),
        "default": in_words(definition, definition.default),
        "bounds": selectors.bounds_of(definition),
        "means": what_it_means(definition),
        "quoted_in": quoted_in(key),
        "rules_page": rules_page(),
        "form": form,
        "may_ask": may_ask,
        "history": history,
        "open_change": next((row for row in history if row.is_open), None),
        "current": current,
        "answer_form": AnswerForm(),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "operations/admin/setting_detail.html", context, status=status)


@permission_required(selectors.VIEW)
@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    """What waits for a second person or its time, then all that was decided."""
    staff = cast(User, request.user)
    page = Paginator(selectors.recent_changes(staff), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "waiting": selectors.changes_in_words(selectors.open_changes(), staff),
        "page_obj": page,
        "rows": selectors.changes_in_words(page, staff),
    }
    return render(request, "operations/admin/change_list.html", context)


@permission_required(selectors.AGREE)
@require_POST
def change_agree(request: HttpRequest, change_id: int) -> HttpResponse:
    """The second person agrees."""
    return _done(request, change_id, lambda staff: changes.agree_to_change(change_id=change_id, staff=staff))


@permission_required(selectors.AGREE)
@require_POST
def change_refuse(request: HttpRequest, change_id: int) -> HttpResponse:
    """The second person refuses, with words."""
    answer = request.POST.get("answer", "")
    return _done(
        request, change_id, lambda staff: changes.refuse_change(change_id=change_id, staff=staff, answer=answer)
    )


@permission_required(selectors.ASK)
@require_POST
def change_withdraw(request: HttpRequest, change_id: int) -> HttpResponse:
    """Taken back before it holds."""
    return _done(request, change_id, lambda staff: changes.withdraw_change(change_id=change_id, staff=staff))


@permission_required(selectors.ASK)
@require_POST
def change_roll_back(request: HttpRequest, change_id: int) -> HttpResponse:
    """The value before this change is asked for again."""
    return _done(request, change_id, lambda staff: changes.roll_back(change_id=change_id, asker=staff))


def _done(request: HttpRequest, change_id: int, act: Callable[[User], ConfigChange]) -> HttpResponse:
    change = get_object_or_404(ConfigChange, pk=change_id)
    try:
        messages.success(request, _said(act(cast(User, request.user))))
    except SettingError as refusal:
        messages.error(request, refusal.message)
    return redirect("operations_setting", change.key) if change.key in DEFINITIONS else redirect("operations_changes")


def _said(change: ConfigChange) -> str:
    return {
        ChangeStatus.WAITING: _("Asked for. It waits for a second person."),
        ChangeStatus.SCHEDULED: _("It takes effect at its time. Until then it can be withdrawn."),
        ChangeStatus.APPLIED: _("The new value is in effect."),
        ChangeStatus.REFUSED: _("Refused. Who asked for it is told why."),
        ChangeStatus.WITHDRAWN: _("Withdrawn. The value stays as it is."),
    }[ChangeStatus(change.status)]
