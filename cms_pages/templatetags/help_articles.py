from django import template

from cms_pages import navigation
from cms_pages.navigation import help_article_url

register = template.Library()


@register.simple_tag
def help_article(slug: str) -> str:
    """The address of a help article: `{% help_article "payouts" as url %}`. Empty when editors took it off."""
    return help_article_url(slug)


@register.simple_tag
def help_centre_url() -> str:
    """The address of the help centre: `{% help_centre_url as url %}`. Empty when there is none."""
    return navigation.help_centre_url()
