from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import DeleteView, EditView, HistoryView, SnippetViewSet, UsageView

from marketplace.messaging import support_desk
from marketplace.messaging.models import MessageTemplate


class PlatformsOwn:
    """What people keep for themselves is nobody else's business, whichever number is typed into the address."""

    def get_object(self, *args: Any, **kwargs: Any) -> MessageTemplate:
        found: MessageTemplate = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if found.owner_id is not None:
            raise Http404
        return found


class EditReply(PlatformsOwn, EditView):
    pass


class DeleteReply(PlatformsOwn, DeleteView):
    pass


class ReplyHistory(PlatformsOwn, HistoryView):
    pass


class ReplyUsage(PlatformsOwn, UsageView):
    pass


class QuickReplyViewSet(SnippetViewSet):
    """The platform's quick replies, which stand below everybody's own."""

    model = MessageTemplate
    icon = "comment"
    menu_label = _("Quick replies")
    menu_name = "quick-replies"
    menu_order = 235
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["title", "body", "language", "position"]
    list_filter = ["language"]
    search_fields = ["title", "body"]
    panels = [FieldPanel("title"), FieldPanel("body"), FieldPanel("language"), FieldPanel("position")]
    edit_view_class = EditReply
    delete_view_class = DeleteReply
    history_view_class = ReplyHistory
    usage_view_class = ReplyUsage

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageTemplate]:
        return MessageTemplate.objects.filter(owner=None)


register_snippet(QuickReplyViewSet)


@hooks.register("register_admin_urls")
def talk_urls():
    return [path("order-talk/<str:number>/", support_desk.order_talk, name="messaging_order_talk")]
