"""Pages, settings and images of the editors."""

from cms_pages.images import SiteImage, SiteRendition
from cms_pages.models.announcing import AddressNews, GigNewsMark, SearchEngine
from cms_pages.models.category import CategoryPage
from cms_pages.models.form import FormField, FormPage
from cms_pages.models.help import HelpFeedback, HelpIndexPage, HelpPage, HelpSectionPage, StandardPage
from cms_pages.models.home import HomePage
from cms_pages.models.landing import LandingIndexPage, LandingPage
from cms_pages.models.review import PageReviewTask
from cms_pages.models.rules_texts import RulesComment, RulesDocument, RulesText
from cms_pages.models.settings import SiteSettings
from cms_pages.models.video import SiteVideo

__all__ = [
    "AddressNews",
    "CategoryPage",
    "FormField",
    "FormPage",
    "GigNewsMark",
    "HelpFeedback",
    "HelpIndexPage",
    "HelpPage",
    "HelpSectionPage",
    "HomePage",
    "LandingIndexPage",
    "LandingPage",
    "PageReviewTask",
    "RulesComment",
    "RulesDocument",
    "RulesText",
    "SearchEngine",
    "SiteImage",
    "SiteRendition",
    "SiteSettings",
    "SiteVideo",
    "StandardPage",
]
