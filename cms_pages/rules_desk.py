"""The rules in Wagtail's admin: drafts, announcing and withdrawing them, and what people wrote about them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets import Button
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from cms_pages.errors import RulesTextError, RulesTextErrorCode
from cms_pages.models import RulesComment, RulesText
from cms_pages.rules_announcing import PERMISSION, announce
from cms_pages.rules_texts import withdraw_rules_text
from marketplace.core.exports import InertExport


class RulesTextPolicy(ModelPermissionPolicy):
    """An announced version is read, not changed or removed."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: RulesText) -> bool:
        if action in {"change", "delete"} and instance.announced_at is not None:
            return False
        return bool(super().user_has_permission_for_instance(user, action, instance))


class RulesCommentPolicy(ModelPermissionPolicy):
    """What people wrote is read and removed, not written in their name."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in {"view", "delete"} and bool(super().user_has_permission(user, action))


class RulesTextViewSet(SnippetViewSet):
    """Versions of what people agree to."""

    model = RulesText
    icon = "doc-full"
    menu_label = gettext_lazy("Rules texts")
    menu_name = "rules-texts"
    menu_order = 510
    add_to_admin_menu = True
    inspect_view_enabled = True
    inspect_view_fields = [
        "document",
        "number",
        "changes_zh",
        "changes_en",
        "announced_at",
        "comments_until",
        "effective_at",
    ]
    list_display = [
        "__str__",
        Column("state", label=gettext_lazy("State")),
        DateColumn("announced_at", label=pgettext_lazy("a version of the rules", "Announced")),
        DateColumn("effective_at", label=pgettext_lazy("a version of the rules", "In force from")),
    ]
    list_filter = ["document"]


class RulesCommentIndex(InertExport, IndexView):
    """The list, whose words are strangers'."""


class RulesCommentViewSet(SnippetViewSet):
    """What people think of announced versions."""

    model = RulesComment
    index_view_class = RulesCommentIndex
    icon = "comment"
    menu_label = gettext_lazy("Comments on rules")
    menu_name = "rules-comments"
    menu_order = 511
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = ["comment", "text", DateColumn("created_at", label=gettext_lazy("Written"))]
    list_filter = ["text"]
    list_export = ["text", "comment", "created_at"]


@permission_required(PERMISSION)
@require_POST
def withdraw(request: HttpRequest, text_id: int) -> HttpResponse:
    """Take an announced version back before its day."""
    text = get_object_or_404(RulesText, pk=text_id)
    try:
        withdraw_rules_text(text_id=text.pk)
    except RulesTextError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The version is withdrawn and will not take effect."))
    return redirect(_list())


def _list() -> str:
    return reverse("wagtailsnippets_cms_pages_rulestext:list")


def register() -> None:
    """Put all of it into the admin; called once, by wagtail_hooks."""
    register_permission_policy(RulesText, RulesTextPolicy(RulesText))
    register_permission_policy(RulesComment, RulesCommentPolicy(RulesComment))
    register_snippet(RulesTextViewSet)
    register_snippet(RulesCommentViewSet)
    hooks.register("register_admin_urls", _urls)
    hooks.register("register_snippet_listing_buttons", _buttons)
    hooks.register("before_edit_snippet", _keep_announced)
    hooks.register("before_delete_snippet", _keep_any_announced)


def _urls() -> list[Any]:
    return [
        path("rules-texts/<int:text_id>/announce/", announce, name="rules_text_announce"),
        path("rules-texts/<int:text_id>/withdraw/", withdraw, name="rules_text_withdraw"),
    ]


def _keep_announced(request: HttpRequest, snippet: Any) -> HttpResponse | None:
    """Wagtail asks the policy about the kind only, not about the one at hand."""
    if not isinstance(snippet, RulesText) or snippet.announced_at is None:
        return None
    messages.warning(request, RulesTextError.messages[RulesTextErrorCode.ANNOUNCED])
    return redirect(_list())


def _keep_any_announced(request: HttpRequest, snippets: Any) -> HttpResponse | None:
    return next((answer for one in snippets if (answer := _keep_announced(request, one)) is not None), None)


def _buttons(snippet: Any, user: Any, next_url: str | None = None) -> list[Button]:
    if not isinstance(snippet, RulesText) or not user.has_perm(PERMISSION):
        return []
    if snippet.announced_at is not None and not snippet.is_coming:
        return []
    label = _("Announce") if snippet.announced_at is None else pgettext("a version of the rules", "Withdraw")
    url = reverse("rules_text_announce", args=[snippet.pk])
    return [Button(label, url, icon_name="calendar-alt", priority=15)]
