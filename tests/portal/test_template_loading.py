"""Templates are compiled without indentation and comments, and nothing that a person sees or a program reads goes with them."""

import re
from pathlib import Path

import pytest
import wagtail.admin
from django.template import Context, Engine, engines
from hypothesis import given, settings, strategies

from portal.template_loading import _Html, tightened
from tests.contracts.test_templates import NAMES


@pytest.mark.parametrize(
    ("source", "tight"),
    [
        ("<i>\n    一\n  </i>\n\n\n<i>二</i>", "<i>\n一\n</i>\n<i>二</i>"),
        ("<b>一</b>  <i>two</i>", "<b>一</b>  <i>two</i>"),  # no line ends there
        ("<b>一</b>\n   <i>two</i>", "<b>一</b>\n<i>two</i>"),  # seen as a space, as before
        ('<a class="one"\n     href="/">x</a>', '<a class="one" href="/">x</a>'),
        ('<a title="one\n   two">x</a>', '<a title="one\n   two">x</a>'),
        ("<a title='one\n   two'>x</a>", "<a title='one\n   two'>x</a>"),
        ('{# why #}\n{% comment %}\n  of what\n{% endcomment %}\n<b title="{{ x }}"\n  >', '\n<b title="{{ x }}" >'),
        ("{% if a %}\n  <b>\n{% endif %}", "{% if a %}\n<b>\n{% endif %}"),
        ("1 <\n  2", "1 <\n2"),
        ("<div>\n  <b>一</b>\n</div>\n\n<b>\n", "<div><b>一</b></div><b>\n"),
        ("<h{{ level }}>\n  一\n</h{{ level }}>\n二", "<h{{ level }}>一</h{{ level }}>二"),
        ("一\n<hr>\n<data>", "一\n<hr>\n<data>"),
        ("一\n{% if a %}\n  <i>二</i>\n{% endif %}\n三", "一\n{% if a %}<i>二</i>\n{% endif %}三"),
        ("一{% if a %}\n<i>二</i>{% else %}\n{% endif %}\n三", "一{% if a %}\n<i>二</i>{% else %}\n{% endif %}\n三"),
        ('一\n{% url "x" as x %}\n{{ x }}\n二', '一\n{% url "x" as x %}{{ x }}\n二'),
        ("一\n{% for x in xs %}\n{{ x }}\n{% endfor %}\n二", "一\n{% for x in xs %}\n{{ x }}\n{% endfor %}二"),
    ],
)
def test_one_newline_stands_for_each_end_of_a_line(source, tight):
    assert tightened(source) == tight


@pytest.mark.parametrize(
    "source",
    [
        "<pre>\n  one\n    two {{ x }}\n\n  three\n</pre>",
        '<textarea name="a">\n  one\n    two\n</textarea>',
        "<SCRIPT>\n  let one = `\n    two`;\n</SCRIPT>",
        "<style>\n  a::before { content: '>'; }\n</style>",
        "{% blocktrans %}\n  One\n  and <b>two</b>\n{% endblocktrans %}",
        "{% blocktranslate count n=n %}\n  One\n{% plural %}\n  {{ n }}\n{% endblocktranslate %}",
        "{% verbatim %}\n  {# no comment #}\n{% endverbatim %}",
    ],
)
def test_what_is_written_to_the_letter_stays(source):
    assert tightened(source) == source
    # And what follows is tight again.
    assert "verbatim" in source or tightened(f"{source}\n   <b>") == f"{source}\n<b>"


PIECES = [
    *(
        "一",
        "two",
        "\n",
        "\n  ",
        " ",
        "{{ x }}",
        "{# why #}",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        '<b\n title="\n 1">',
        "<br>",
    ),
    *('{% url "healthz" as where %}', '{% include "components/_dot.html" with count=n %}', "{% trans 'Yes' %}"),
]
# With * for what is within.
BLOCKS = [
    *("{% if a %}*{% endif %}", "{% if a %}*{% elif b %}*{% else %}*{% endif %}"),
    *("{% for x in xs %}*{% endfor %}", "{% for x in xs %}*{% empty %}*{% endfor %}"),
    *("{% ifchanged n %}*{% else %}*{% endifchanged %}", "<pre>*</pre>"),
]


def filled(block, first, second, third):
    return block.replace("*", first, 1).replace("*", second, 1).replace("*", third, 1)


def nested(inner):
    block = strategies.builds(filled, strategies.sampled_from(BLOCKS), inner, inner, inner)
    return strategies.lists(block | inner, min_size=1, max_size=4).map("".join)


SOURCES = strategies.recursive(
    strategies.lists(strategies.sampled_from(PIECES), max_size=5).map("".join), nested, max_leaves=8
)


def as_shown(html):
    """What a browser makes of it: one blank for many, none at the edges of what has lines of its own; in `pre` all of them."""
    shown = []
    for place, part in enumerate(re.split(r"(<pre>.*?</pre>)", html, flags=re.DOTALL)):
        if not place % 2:
            part = re.sub(r"[ \n]*\n[ \n]*", "\n", part.replace("<b\n title", "<b title"))
            part = re.sub(r"[ \n]*(</?div>)[ \n]*", r"\1", part)
        shown.append(part)
    return "".join(shown)


@settings(max_examples=400, deadline=None)
@given(SOURCES, strategies.booleans(), strategies.booleans(), strategies.lists(strategies.just("x"), max_size=2))
def test_whatever_way_a_page_takes_a_browser_shows_the_same(source, a, b, xs):
    values = {"a": a, "b": b, "xs": xs, "x": "", "n": 0}
    drawn, tight = (engines["django"].from_string(one).render(values) for one in (source, tightened(source)))
    assert as_shown(tight) == as_shown(drawn)
    assert len(tight) <= len(drawn)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_loses_nothing_but_blanks_and_ends_outside_of_tags(name):
    source = NAMES[name].read_text()
    bare = re.sub(r"{%\s*comment\b[^\n]*?%}.*?{%\s*endcomment\s*%}|{#[^\n]*?#}", "", source, flags=re.DOTALL)
    assert re.sub(r"\s", "", tightened(source)) == re.sub(r"\s", "", bare)
    # Were it to end within a tag, the reading would have gone wrong before.
    html = _Html()
    html.tightened(re.sub(r"{%.*?%}|{{.*?}}", "", bare))
    assert not html.is_within


def test_templates_of_ours_are_tight_and_those_of_libraries_are_theirs():
    loader = engines["django"].engine.template_loaders[0]
    ours = engines["django"].get_template("discovery/_facets.html").template
    assert "\n  " not in ours.source
    assert "comment" not in ours.source
    assert "\n  " in NAMES["discovery/_facets.html"].read_text()
    # Wherever the packages are installed: within the checkout as well.
    sources = loader.get_template_sources("wagtailadmin/base.html")
    (library,) = [origin for origin in sources if Path(origin.name).is_relative_to(Path(wagtail.admin.__file__).parent)]
    theirs = library.loader.get_contents(library)
    assert tightened(theirs) != theirs == loader.get_contents(library)


def test_who_debugs_a_template_reads_it_as_it_is_in_the_file():
    options = {"builtins": engines["django"].engine.builtins, "libraries": engines["django"].engine.libraries}
    loaders = engines["django"].engine.loaders
    engine = Engine(dirs=engines["django"].engine.dirs, loaders=loaders, debug=True, **options)
    source = engine.get_template("components/rating.html").source
    assert source == NAMES["components/rating.html"].read_text()


def test_what_a_person_typed_is_drawn_to_the_letter():
    template = engines["django"].from_string('{% include "components/note.html" with text=words %}')
    assert "one\n    two" in template.template.render(Context({"words": "one\n    two"}))
