"""Parts of pages that know only their values are drawn once for equal ones, and never for others."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.template import Context, engines
from django.utils import translation
from django.utils.safestring import mark_safe

from tests.factories import make_gig

RATING = "components/rating.html"


@dataclass(frozen=True)
class Shown:
    value: object


@pytest.fixture
def drawings(monkeypatch):
    """Which templates were drawn, and not taken from what was drawn before."""
    from marketplace.core.templatetags import components

    components._small.cache_clear()
    components._large.cache_clear()
    drawn: list[str] = []
    really = components._drawn

    def noted(name, values):
        drawn.append(name)
        return really(name, values)

    monkeypatch.setattr(components, "_drawn", noted)
    return drawn


def component(**values):
    named = " ".join(f"{name}={name}" for name in values)
    return engines["django"].from_string(f'{{% component "{RATING}" {named} %}}').render(values)


def test_for_equal_values_a_component_is_drawn_once(drawings):
    first = component(value=Decimal("4.9"), count=12)
    assert "4.9" in first
    assert component(value=Decimal("4.9"), count=12) == first
    assert len(drawings) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [(4, "4"), (1, True), (Decimal("4.0"), Decimal("4")), (["1"], ["1", "2"]), ({"a": 1}, {"b": 1}), (None, "")],
)
def test_values_that_may_look_otherwise_are_drawn_anew(one, other, drawings):
    component(value=5, count=one)
    component(value=5, count=other)
    component(value=5, count=Shown(one))
    component(value=5, count=Shown(other))
    assert len(drawings) == 4


def test_words_that_are_markup_are_not_those_that_are_text(drawings):
    page = engines["django"].from_string('{% component "components/mark.html" words=words %}')
    page.render({"words": "<b>"})
    page.render({"words": mark_safe("<b>")})
    assert len(drawings) == 2


def test_each_language_has_a_drawing_of_its_own(drawings):
    with translation.override("zh-hans"):
        chinese = component(value=4, count=2)
    with translation.override("en"):
        english = component(value=4, count=2)
    assert chinese != english
    assert len(drawings) == 2


def test_a_component_sees_neither_request_nor_person():
    template = engines["django"].from_string('{% component "components/header.html" %}')
    signed_in = type("Person", (), {"is_authenticated": True})()
    drawn = template.template.render(Context({"user": signed_in, "unread_messages": 7}))
    assert "data-unread" not in drawn


@pytest.mark.django_db
def test_a_row_of_a_model_is_refused_since_its_content_is_not_known():
    with pytest.raises(TypeError, match="Gig"):
        component(value=4, count=make_gig())


def test_with_debug_an_edited_template_is_seen_at_once(drawings, settings):
    settings.DEBUG = True
    component(value=4, count=2)
    component(value=4, count=2)
    assert len(drawings) == 2
