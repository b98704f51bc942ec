import re
from typing import Any

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms_pages.blocks import Icon, ProseStreamBlock
from cms_pages.models.base import BasePage, Crumb
from cms_pages.models.rules_texts import RulesDocument

_CHINESE_CHARACTERS_A_MINUTE = 400
_ENGLISH_WORDS_A_MINUTE = 200


class HelpIndexPage(BasePage):
    """The help centre: its sections, and a search over the articles."""

    intro = models.CharField(_("introduction"), max_length=240, blank=True)

    routed_children = ("HelpSectionPage",)
    parent_page_types = ["cms_pages.HomePage"]
    subpage_types = ["cms_pages.HelpSectionPage"]
    max_count_per_parent = 1

    content_panels = [*BasePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("help centre")
        verbose_name_plural = _("help centres")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        query = request.GET.get("q", "").strip()[:60]
        context["query"] = query
        if query:
            from cms_pages.help_search import search_help
            from marketplace.discovery.limits import limit_searches

            limit_searches(request, action="search")

            context["robots"] = "noindex, follow"  # addresses without end
            result = search_help(query, language=self.locale.language_code)
            context["found"], context["corrected"] = result.articles, result.corrected
        else:
            articles = (
                HelpPage.objects.live().public().order_by("path").only("title", "url_path", "path", "depth", "summary")
            )
            sections = HelpSectionPage.objects.live().public().child_of(self).order_by("path")
            by_parent: dict[str, list[HelpPage]] = {}
            for article in articles.descendant_of(self):
                by_parent.setdefault(article.path[: -article.steplen], []).append(article)
            context["sections"] = [(section, by_parent.get(section.path, [])) for section in sections]
        return context

    @cached_property
    def crumbs(self) -> list[Crumb]:
        parent = self.parent_page
        return [Crumb(str(_("Home")), parent.url if parent else "/"), Crumb(self.title, "")]


class HelpSectionPage(BasePage):
    """A section of the help centre."""

    icon = models.CharField(_("icon"), max_length=20, choices=Icon, default=Icon.DOC)
    intro = models.CharField(_("introduction"), max_length=240, blank=True)

    routed_children = ("HelpPage",)
    parent_page_types = ["cms_pages.HelpIndexPage"]
    subpage_types = ["cms_pages.HelpPage"]

    content_panels = [*BasePage.content_panels, FieldPanel("icon"), FieldPanel("intro")]

    class Meta:
        verbose_name = _("help section")
        verbose_name_plural = _("help sections")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["articles"] = self.articles()
        context["sections"] = other_sections(self)
        context["section"] = self
        context["help_url"] = self.parent_page.url
        return context

    def articles(self) -> "QuerySet[HelpPage]":
        """The live articles, in the order the editors gave them."""
        return HelpPage.objects.live().public().child_of(self).order_by("path").defer("body")

    @cached_property
    def crumbs(self) -> list[Crumb]:
        parent = self.parent_page
        return [Crumb(parent.title, parent.url), Crumb(self.title, "")]


def other_sections(section: HelpSectionPage) -> "QuerySet[HelpSectionPage]":
    """The live sections beside this one."""
    return HelpSectionPage.objects.live().public().sibling_of(section, inclusive=False).order_by("path")


class HelpPage(BasePage):
    """One question of the help centre, answered."""

    summary = models.CharField(_("summary"), max_length=240)
    image = models.ForeignKey(
        "cms_pages.SiteImage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture for lists"),
    )
    body = StreamField(ProseStreamBlock(), verbose_name=_("blocks"))

    parent_page_types = ["cms_pages.HelpSectionPage"]
    subpage_types: list[str] = []

    content_panels = [*BasePage.content_panels, FieldPanel("summary"), FieldPanel("image"), FieldPanel("body")]

    class Meta:
        verbose_name = _("help article")
        verbose_name_plural = _("help articles")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the article, or take the answer to "was this helpful"."""
        from cms_pages.services import feedback_token, record_help_feedback

        if request.method != "POST":
            return super().serve(request, *args, **kwargs)
        ratelimit.consume(request, app="allauth.account", action="help_feedback", raise_exception=True)
        feedback = record_help_feedback(
            page_id=self.pk,
            helpful=request.POST.get("helpful") == "yes",
            comment=request.POST.get("comment", ""),
            token=request.POST.get("token", ""),
        )
        if getattr(request, "htmx", False):
            context = {"page": self, "feedback": feedback, "token": feedback_token(feedback)}
            return TemplateResponse(request, "cms_pages/_help_feedback.html", context)
        messages.success(request, _("Thank you. The editors read what you wrote."))
        return HttpResponseRedirect(self.url)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        section = self.parent_page.specific
        context["section"] = section
        context["articles"] = section.articles()
        context["sections"] = other_sections(section)
        context["help_url"] = section.parent_page.url
        from cms_pages.help_search import related_help

        context["related"] = related_help(self.pk, language=self.locale.language_code)
        return context

    @property
    def has_rules(self) -> bool:
        """Whether the page shows figures from the platform's settings."""
        return any(block["type"] == "rule" for block in self.body.raw_data)

    @property
    def reading_minutes(self) -> int:
        """About how long reading takes, at least one minute."""
        text = strip_tags(str(list(self.body.raw_data)))
        chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
        english = len(re.findall(r"[A-Za-z]{2,}", text)) if chinese < 50 else 0
        return max(1, round(chinese / _CHINESE_CHARACTERS_A_MINUTE + english / _ENGLISH_WORDS_A_MINUTE))

    @cached_property
    def crumbs(self) -> list[Crumb]:
        section = self.parent_page.specific
        help_index = section.parent_page
        return [Crumb(help_index.title, help_index.url), Crumb(section.title, section.url), Crumb(self.title, "")]


class HelpFeedback(models.Model):
    """What a reader thought of a help article. Holds nothing about the reader."""

    page = models.ForeignKey(
        HelpPage, on_delete=models.CASCADE, related_name="feedback", verbose_name=_("help article")
    )
    helpful = models.BooleanField(_("helpful"))
    comment = models.CharField(pgettext_lazy("about an article", "comment"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer to a help article")
        verbose_name_plural = _("answers to help articles")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.page_id} {'+' if self.helpful else '-'}"


class StandardPage(BasePage):
    """A page of running text: about us, rules, privacy."""

    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    body = StreamField(ProseStreamBlock(), verbose_name=_("blocks"))
    rules_document = models.CharField(
        _("shows the version in force of"),
        max_length=10,
        choices=RulesDocument,
        blank=True,
        default="",
        db_default="",
        help_text=_("The blocks below are shown only until a version of this document is in force."),
    )

    parent_page_types = ["cms_pages.HomePage", "cms_pages.StandardPage"]
    subpage_types = ["cms_pages.StandardPage"]

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("intro"),
        # Who takes it off would put any text in the place of the rules in force.
        FieldPanel("rules_document", permission="cms_pages.announce_rulestext"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("page of text")
        verbose_name_plural = _("pages of text")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["neighbours"] = StandardPage.objects.live().public().sibling_of(self).order_by("path").defer("body")
        if self.rules_document:
            from cms_pages.rules_figures import figures_of
            from cms_pages.rules_texts import numbers_in_force, text_of
            from cms_pages.rules_wording import body_html

            text = text_of(self.rules_document, numbers_in_force().get(self.rules_document))
            context["rules_text"] = text
            if text is not None:
                context["rules_html"] = body_html(text.body, figures=figures_of(text), request=request)
        return context

    @cached_property
    def crumbs(self) -> list[Crumb]:
        parent = self.parent_page
        name = str(_("Home")) if parent.depth == 2 else parent.title
        return [Crumb(name, parent.url), Crumb(self.title, "")]
