"""Pages, settings and images of the editors."""

from cms_pages.images import SiteImage, SiteRendition
from cms_pages.models.category import CategoryPage
from cms_pages.models.help import HelpFeedback, HelpIndexPage, HelpPage, HelpSectionPage, StandardPage
from cms_pages.models.home import HomePage
from cms_pages.models.landing import LandingIndexPage, LandingPage
from cms_pages.models.rules_texts import RulesComment, RulesDocument, RulesText
from cms_pages.models.settings import SiteSettings

__all__ = [
    "CategoryPage",
    "HelpFeedback",
    "HelpIndexPage",
    "HelpPage",
    "HelpSectionPage",
    "HomePage",
    "LandingIndexPage",
    "LandingPage",
    "RulesComment",
    "RulesDocument",
    "RulesText",
    "SiteImage",
    "SiteRendition",
    "SiteSettings",
    "StandardPage",
]
