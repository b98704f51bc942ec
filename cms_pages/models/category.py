from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms_pages.attribute_links import attribute_links
from cms_pages.blocks_category import CategoryStreamBlock
from cms_pages.images import SiteImage
from cms_pages.models.base import BasePage, Crumb
from cms_pages.navigation import category_search_url, subcategories_of
from cms_pages.selectors import CategoryCount, category_counts, category_covers, category_figures, category_paginator
from marketplace.gigs.cards import gig_cards
from marketplace.gigs.content import PictureContent


class SubcategoryTile(NamedTuple):
    """A subcategory as a tile: the editors' picture, else the cover of what is ordered most, else its character."""

    title: str
    url: str
    image: SiteImage | None
    cover: PictureContent | None
    count: CategoryCount | None


class CategoryPage(BasePage):
    """A category or subcategory: what a marketer says about it, around what is for sale."""

    category = models.ForeignKey(
        "gigs.GigCategory", on_delete=models.PROTECT, related_name="pages", verbose_name=_("service category")
    )
    intro = models.CharField(_("introduction"), max_length=300)
    hero_image = models.ForeignKey(
        "cms_pages.SiteImage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    body = StreamField(CategoryStreamBlock(), verbose_name=_("blocks"))

    routed_children = ("CategoryPage",)
    is_paged = True
    shown_with = ("social_image", "category", "hero_image")
    parent_page_types = ["cms_pages.HomePage", "cms_pages.CategoryPage"]
    subpage_types = ["cms_pages.CategoryPage"]

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("category"),
        MultiFieldPanel([FieldPanel("intro"), FieldPanel("hero_image")], heading=_("Head of the page")),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("category page")
        verbose_name_plural = _("category pages")

    @classmethod
    def can_create_at(cls, parent: Page) -> bool:
        """There are two levels of categories, and so of pages."""
        return super().can_create_at(parent) and parent.depth < 4

    def clean(self) -> None:
        """One page a category and language. The language is in Wagtail's table, so no database rule can say this."""
        super().clean()
        if self.category_id is None:
            return
        same = CategoryPage.objects.filter(category_id=self.category_id, locale_id=self.locale_id, alias_of=None)
        if self.locale_id and same.exclude(pk=self.pk).exists():
            raise ValidationError({"category": _("This category has a page in this language already.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        paginator = category_paginator(self.category_id)
        try:
            page = paginator.page(request.GET.get("page", 1))
        except (PageNotAnInteger, EmptyPage) as error:
            raise Http404 from error
        context["page_obj"] = page
        if page.number > 1:
            context["page_title"] += " · " + _("page %(number)s") % {"number": page.number}
        context["cards"] = gig_cards(list(page.object_list), user=getattr(request, "user", None), only_listed=True)
        context["figures"] = category_figures(self.category_id)
        context["category"] = self.category
        context["attribute_links"] = attribute_links(self.category)
        # Beside the editors' picture, what people sell here; one cover alone would leave a hole.
        covers = [card.cover for card in context["cards"] if card.cover][:2]
        context["hero_covers"] = covers if len(covers) == 2 else []
        return context

    @cached_property
    def crumbs(self) -> list[Crumb]:
        parent = self.parent_page
        steps = [Crumb(str(_("Home")), self.home_path)]
        if isinstance(parent, CategoryPage) or (parent and parent.depth > 2):
            steps.append(Crumb(parent.title, parent.url))
        return [*steps, Crumb(self.title, "")]

    @cached_property
    def home_path(self) -> str:
        """The path of the home page of this language."""
        levels = self.depth - 2
        return "/".join((self.url or "/").rstrip("/").split("/")[: -levels or None]) + "/"

    @property
    def has_price_guide(self) -> bool:
        """Whether the page shows usual prices, so that its head may point there."""
        return any(block["type"] == "price_guide" for block in self.body.raw_data)

    def subcategories(self) -> list[SubcategoryTile]:
        """Every shown subcategory, in their order."""
        children = CategoryPage.objects.live().child_of(self).select_related("hero_image").defer("body")
        pages = {page.category_id: page for page in children}
        counts, covers = category_counts(), category_covers()
        tiles = []
        for category in subcategories_of(self.category_id):
            page = pages.get(category.pk)
            url = page.url if page else category_search_url(category.slug)
            image = page.hero_image if page else None
            tiles.append(
                SubcategoryTile(category.localized_name, url, image, covers.get(category.pk), counts.get(category.pk))
            )
        return tiles
