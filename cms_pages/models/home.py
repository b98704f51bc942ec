from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms_pages.blocks_home import HomeStreamBlock, PopularSearchBlock
from cms_pages.blocks_landing import SlipBlock
from cms_pages.models.base import BasePage
from cms_pages.navigation import navigation
from cms_pages.selectors import category_counts


class HomePage(BasePage):
    """The home page: one in every language."""

    hero_title = models.CharField(_("title"), max_length=60)
    hero_title_second_line = models.CharField(_("second line of the title"), max_length=40, blank=True)
    hero_text = models.CharField(_("text"), max_length=240)
    search_placeholder = models.CharField(_("words in the empty search field"), max_length=60, blank=True)
    popular_searches = StreamField(
        [("search", PopularSearchBlock())],
        blank=True,
        max_num=8,
        verbose_name=_("popular searches"),
    )
    example = StreamField([("slip", SlipBlock())], blank=True, max_num=1, verbose_name=_("worked example"))
    body = StreamField(HomeStreamBlock(), blank=True, verbose_name=_("blocks"))

    routed_children = ("CategoryPage",)
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "cms_pages.CategoryPage",
        "cms_pages.LandingIndexPage",
        "cms_pages.HelpIndexPage",
        "cms_pages.StandardPage",
    ]
    max_count_per_parent = 2  # one in every language, side by side below the root

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("hero_title"),
                FieldPanel("hero_title_second_line"),
                FieldPanel("hero_text"),
                FieldPanel("search_placeholder"),
                FieldPanel("popular_searches"),
                FieldPanel("example"),
            ],
            heading=_("First screen"),
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        gigs = {category_id: count.gigs for category_id, count in category_counts().items()}
        context["categories"] = [(category, gigs.get(category.category_id)) for category in navigation()]
        return context

    @property
    def often_searched(self) -> list[tuple[str, str]]:
        """Words that are often searched for, each with how it is shown."""
        return [(block.value["query"], block.value["label"]) for block in self.popular_searches]
