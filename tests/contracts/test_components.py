"""What is drawn once for equal values must not go by the clock, the request or anything else that is not a value of it."""

import re
from pathlib import Path

import pytest
from wagtail.fields import StreamField
from wagtail.models import get_page_models

TEMPLATES = Path("templates")
# `current_if` asks for the request's path, `include` without a fixed name may lead anywhere; "user" is an icon.
OF_SOMETHING_ELSE = re.compile(
    r"\brequest\b|(?<!\")\buser\b(?!\")|csrf_token|\{% (now|when|clock|current_if|feature_is_on|messages|session)\b"
    r"|\|(deadline|time_left|timesince|timeuntil|naturaltime|naturalday)\b|\{% include [^\"]"
)


def components() -> set[str]:
    """The templates that some other, or a tag, draws as a component."""
    used = {
        name for file in TEMPLATES.rglob("*.html") for name in re.findall(r'{% component "([^"]+)"', file.read_text())
    }
    programs = [file for folder in ("marketplace", "cms_pages", "portal") for file in Path(folder).rglob("*.py")]
    return used.union(*(re.findall(r'component(?:_of_many)?\(\s*"([^"]+)"', file.read_text()) for file in programs))


def seen_by(name: str) -> set[str]:
    """The template and all that it includes."""
    text = (TEMPLATES / name).read_text()
    return {name}.union(*(seen_by(part) for part in re.findall(r'{% include "([^"]+)"', text)))


def without_comments(text: str) -> str:
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", text, flags=re.DOTALL)


def drawn_for_everybody() -> set[str]:
    """The parts of a service's page, drawn from its content and nothing else."""
    program = Path("marketplace/gigs/drawn.py").read_text()
    return {f"gigs/_{name}.html" for name in re.findall(r'drawn\("(\w+)"\)', program)}


def parts_of_all_pages() -> list[tuple[str, str]]:
    """What stands within `{% everybodys %}`, with the template that it stands in."""
    found = []
    for file in sorted(TEMPLATES.rglob("*.html")):
        parts = re.findall(r"{% everybodys .*?%}(.*?){% endeverybodys %}", file.read_text(), flags=re.DOTALL)
        found += [(file.relative_to(TEMPLATES).as_posix(), part) for part in parts]
    return found


@pytest.mark.parametrize("name", sorted({part for name in drawn_for_everybody() for part in seen_by(name)}))
def test_what_is_drawn_of_a_service_for_everybody_goes_by_it_alone(name):
    assert OF_SOMETHING_ELSE.search(without_comments((TEMPLATES / name).read_text())) is None
    assert "is_favourite" not in (TEMPLATES / name).read_text()


@pytest.mark.parametrize(("name", "part"), parts_of_all_pages())
def test_a_part_of_all_pages_says_nothing_of_who_reads_it_or_of_its_page(name, part):
    texts = [part, *((TEMPLATES / one).read_text() for one in re.findall(r'{% include "([^"]+)"', part))]
    for text in texts:
        assert OF_WHO_READS.search(without_comments(text)) is None, name


def test_there_are_parts_for_everybody():
    assert {"gigs/_before_reviews.html", "gigs/_bar_of_page.html"} <= drawn_for_everybody()
    assert "components/footer.html" in {name for name, _part in parts_of_all_pages()}


def test_there_are_components():
    assert {"components/gig_card_box.html", "components/gig_cards.html", "components/picture.html"} <= components()


@pytest.mark.parametrize("name", sorted({part for name in components() for part in seen_by(name)}))
def test_a_component_goes_by_its_values_alone(name):
    found = OF_SOMETHING_ELSE.search(without_comments((TEMPLATES / name).read_text()))
    assert found is None, found


def blocks_for_everybody() -> dict[str, str]:
    """Blocks of pages that are drawn once for all readers: template → class."""
    streams = [field.stream_block for kind in get_page_models() for field in kind._meta.get_fields()
               if isinstance(field, StreamField)]  # fmt: skip
    blocks = [block for stream in streams for block in stream.child_blocks.values()]
    return {one.meta.template: type(one).__name__ for one in blocks if getattr(one.meta, "is_for_everybody", False)}


# A moment in words is as right as the page's own: pages are kept for a minute, too.
OF_WHO_READS = re.compile(OF_SOMETHING_ELSE.pattern.replace("|when|", "|") + r"|\{% card|\bpage\.|\{% pageurl")


@pytest.mark.parametrize(("name", "kind"), sorted(blocks_for_everybody().items()))
def test_a_block_for_everybody_says_nothing_of_who_reads_it_or_of_its_page(name, kind):
    for part in seen_by(name):
        found = OF_WHO_READS.search(without_comments((TEMPLATES / part).read_text()))
        assert found is None, (kind, part, found)


def test_there_are_blocks_for_everybody_and_rows_of_services_are_none():
    assert {"BundlesBlock", "MoneyStepsBlock", "ReviewsBlock"} <= set(blocks_for_everybody().values())
    assert not {"GigRowBlock", "GigPicksBlock", "FormBlock", "ListingBlock"} & set(blocks_for_everybody().values())


@pytest.mark.parametrize(
    "text", ["{{ user }}", "{% when moment %}", "{{ at|time_left }}", "{% include part %}", "{% csrf_token %}"]
)
def test_the_rule_sees(text):
    assert OF_SOMETHING_ELSE.search(text)
