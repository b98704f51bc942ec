"""`{% everybodys %}`: a part of a page that is the same on all pages and for everybody. Built in like the tags of jiangji.py."""

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.template.exceptions import TemplateSyntaxError

from marketplace.core.made_once import made_once

register = template.Library()


class _Everybodys(template.Node):
    def __init__(self, name: str, known_by: list[FilterExpression], nodelist: NodeList) -> None:
        self.name, self.known_by, self.nodelist = name, known_by, nodelist

    def render(self, context: Context) -> str:
        values = [value.resolve(context) for value in self.known_by]
        return made_once(f"part:{self.name}", lambda: self.nodelist.render(context), known_by=values)


@register.tag
def everybodys(parser: Parser, token: Token) -> _Everybodys:
    """What stands within is drawn once a minute for these values: `{% everybodys footer year %} … {% endeverybodys %}`.

    Within it no word may be of who reads, of the page that it stands on or of the time, but by a value
    (tests/contracts/test_components.py). It is drawn anew after a change of anything that stands on every page.
    """
    words = token.split_contents()[1:]
    if not words:
        raise TemplateSyntaxError("everybodys wants a name")
    nodelist = parser.parse(("endeverybodys",))
    parser.delete_first_token()
    return _Everybodys(words[0], [parser.compile_filter(word) for word in words[1:]], nodelist)
