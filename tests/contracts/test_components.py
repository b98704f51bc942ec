"""What is drawn once for equal values must not go by the clock, the request or anything else that is not a value of it."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path("templates")
# `current_if` asks for the request's path, `include` without a fixed name may lead anywhere.
OF_SOMETHING_ELSE = re.compile(
    r"\brequest\b|\buser\b|csrf_token|\{% (now|when|clock|current_if|feature_is_on|messages|session)\b"
    r"|\|(deadline|time_left|timesince|timeuntil|naturaltime|naturalday)\b|\{% include [^\"]"
)


def components() -> set[str]:
    """The templates that some other draws as a component."""
    return {
        name for file in TEMPLATES.rglob("*.html") for name in re.findall(r'{% component "([^"]+)"', file.read_text())
    }


def seen_by(name: str) -> set[str]:
    """The template and all that it includes."""
    text = (TEMPLATES / name).read_text()
    return {name}.union(*(seen_by(part) for part in re.findall(r'{% include "([^"]+)"', text)))


def without_comments(text: str) -> str:
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", text, flags=re.DOTALL)


def test_there_are_components():
    assert len(components()) > 4


@pytest.mark.parametrize("name", sorted({part for name in components() for part in seen_by(name)}))
def test_a_component_goes_by_its_values_alone(name):
    found = OF_SOMETHING_ELSE.search(without_comments((TEMPLATES / name).read_text()))
    assert found is None, found


@pytest.mark.parametrize(
    "text", ["{{ user }}", "{% when moment %}", "{{ at|time_left }}", "{% include part %}", "{% csrf_token %}"]
)
def test_the_rule_sees(text):
    assert OF_SOMETHING_ELSE.search(text)
