from django import template
from wagtail_localize.models import Translation

from cms_pages.translating import TranslationState, translation_state

register = template.Library()


@register.simple_tag
def state_of_translation(translation: Translation) -> TranslationState:
    """How far a translation is, for the bar above the side-by-side editor."""
    return translation_state(translation)
