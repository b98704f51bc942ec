"""What every page of the site has."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, PageViewRestriction
from wagtail.url_routing import RouteResult

from cms_pages.page_form import CheckedPageForm, ChecksPanel

ALTERNATES_SECONDS = 300
PHONE_WIDTH = 360


class Crumb(NamedTuple):
    """A step of the way to a page. The last one has no address."""

    title: str
    url: str


class BasePage(Page):
    """A page with a picture for sharing, its translations, and the way to it."""

    # Page types whose children can be found with one query instead of two (see `route`).
    routed_children: ClassVar[Sequence[str]] = ()
    # Relations every view of the page shows, fetched together with it.
    shown_with: ClassVar[Sequence[str]] = ("social_image",)

    social_image = models.ForeignKey(
        "cms_pages.SiteImage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture for sharing"),
        help_text=_("1200 × 630 pixels. Without one the site's own picture is shared."),
    )

    base_form_class = CheckedPageForm

    content_panels = [ChecksPanel(heading=_("Before publishing")), *Page.content_panels]
    promote_panels = [*Page.promote_panels, FieldPanel("social_image")]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        # The context processor asks the page for its translations and its canonical address.
        request.cms_page = self
        context["crumbs"] = self.crumbs
        context["page_title"] = self.seo_title or self.title
        context["page_description"] = self.search_description
        if self.social_image_id:
            context["share_image"] = self.social_image.get_rendition("fill-1200x630|format-jpeg").full_url
        return context

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Find a child of an expected type with one query. Wagtail's own way needs two a level, on every page view."""
        if path_components and self.routed_children:
            slug, *rest = path_components
            for child_model in self._routed_models():
                children = child_model.objects.child_of(self).select_related(*child_model.shown_with)
                if child := children.filter(slug=slug).first():
                    child.__dict__["_parent_page"] = self
                    return child.route(request, rest)
        if not path_components and not self.live:
            raise Http404
        return super().route(request, path_components)

    @classmethod
    def _routed_models(cls) -> list[type["BasePage"]]:
        return [model for model in cls.allowed_subpage_models() if model.__name__ in cls.routed_children]

    @property
    def parent_page(self) -> Page | None:
        """The parent, without a query when this page was found through it."""
        return self.__dict__.get("_parent_page") or self.get_parent()

    @cached_property
    def crumbs(self) -> list[Crumb]:
        """The way from the home page to here. Empty for pages that need none."""
        return []

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        """Phone, tablet and desktop; the phone is the narrowest that the site is drawn for."""
        phone, *others = super().preview_sizes
        return [{**phone, "device_width": PHONE_WIDTH}, *others]

    @property
    def canonical_path(self) -> str:
        """The path of this page in its own language."""
        return self.url or "/"

    def alternates(self) -> dict[str, str]:
        """Paths of this page in every language it is live in, by language code. Kept until a page is published."""
        key = f"cms:alternates:{self.translation_key}"
        found = cache.get(key)
        if found is None:
            siblings = Page.objects.filter(translation_key=self.translation_key, live=True, alias_of=None)
            codes = {code for code, _name in settings.LANGUAGES}
            found = {
                page.locale.language_code: page.url
                for page in siblings.select_related("locale")
                if page.url and page.locale.language_code in codes
            }
            cache.set(key, found, ALTERNATES_SECONDS)
        return found

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        """As Wagtail's, with one query instead of two while no page of the site is private."""
        if not PageViewRestriction.objects.exists():
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()

    def forget_alternates(self) -> None:
        """Called when a page is published, moved or taken down."""
        cache.delete(f"cms:alternates:{self.translation_key}")
