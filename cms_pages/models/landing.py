from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms_pages.blocks_landing import LandingStreamBlock
from cms_pages.models.base import BasePage, Crumb


class LandingIndexPage(BasePage):
    """The list of campaign pages."""

    intro = models.CharField(_("introduction"), max_length=240, blank=True)

    routed_children = ("LandingPage", "FormPage")
    parent_page_types = ["cms_pages.HomePage"]
    subpage_types = ["cms_pages.LandingPage", "cms_pages.FormPage"]
    max_count_per_parent = 1

    content_panels = [*BasePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("list of topics")
        verbose_name_plural = _("lists of topics")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        topics = LandingPage.objects.live().public().child_of(self).select_related("image").order_by("path")
        context["topics"] = topics
        return context

    @cached_property
    def crumbs(self) -> list[Crumb]:
        parent = self.parent_page
        return [Crumb(str(_("Home")), parent.url if parent else "/"), Crumb(self.title, "")]


class LandingPage(BasePage):
    """A campaign: a stack of blocks an editor builds without a developer."""

    summary = models.CharField(_("summary for lists"), max_length=240, blank=True)
    image = models.ForeignKey(
        "cms_pages.SiteImage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture for lists"),
    )
    body = StreamField(LandingStreamBlock(), verbose_name=_("blocks"))

    parent_page_types = ["cms_pages.LandingIndexPage"]
    subpage_types: list[str] = []

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
