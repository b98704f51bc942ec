"""Attributes of categories as filters of the search: what is offered, how it is counted, how it stands in the address."""

from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from marketplace.discovery import facets, services
from marketplace.discovery.engines.base import FacetRow, QueryPlan, SearchRequest, attribute_token
from marketplace.discovery.engines.postgres import PostgresSearchEngine
from marketplace.gigs.attributes import Attribute, Option, attributes_of
from tests.factories import make_attribute, make_category, make_gig, make_seller, make_user, staff_group
from tests.logins import log_in

STYLES, FORMATS, TRADES = ("flat", "retro", "brush"), ("ai", "psd", "c++"), ("food", "retail")
ATTRIBUTES = tuple(
    Attribute(key, key, key, "many", False, tuple(Option(option, option, option) for option in options))
    for key, options in (("style", STYLES), ("file-formats", FORMATS), ("trade", TRADES))
)


@pytest.fixture
def logos(db):
    """A subcategory with two attributes of its own and one of its parent, and twelve gigs that say something of them."""
    category = make_category(name="标志", parent=make_category(name="设计"))
    make_attribute(category, "style", *STYLES, name="风格", name_en="Style")
    make_attribute(category, "file-formats", *FORMATS)
    make_attribute(category.parent, "trade", *TRADES)
    rng, seller = Random(7), make_seller()
    for number in range(12):
        said = {one.key: [option.key for option in one.options if rng.random() < 0.5] for one in ATTRIBUTES}
        make_gig(title=f"标志设计{number}", category=category, seller=seller, attributes=said)
    services.rebuild_index()
    return category


def naive(gigs, wanted):
    """Ids of the gigs that say one of the options of every wanted attribute, worked out by hand."""
    return {
        gig.pk
        for gig in gigs
        if all(any(option in gig.attributes.get(key, []) for option in options) for key, options in wanted.items())
    }


def asked(category, **wanted):
    pairs = tuple((key.replace("_", "-"), tuple(options)) for key, options in wanted.items())
    return SearchRequest(category_slug=category.slug, attributes=pairs)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"style": ["flat"]},
        {"style": ["flat", "retro"]},
        {"style": ["brush"], "file-formats": ["ai", "c++"]},
        {"style": ["flat", "brush"], "file-formats": ["psd"], "trade": ["food"]},
    ],
)
def test_results_and_counts_are_those_of_a_count_by_hand(logos, wanted):
    gigs = list(logos.gigs.all())
    request = SearchRequest(
        category_slug=logos.slug, attributes=tuple((key, tuple(options)) for key, options in wanted.items())
    )
    result = services.search(request)
    assert set(result.ids) == naive(gigs, wanted)
    assert result.total == len(result.ids)
    for attribute in attributes_of(logos):
        others = {key: options for key, options in wanted.items() if key != attribute.key}
        for item in result.facets[f"attr:{attribute.key}"]:
            assert item.count == len(naive(gigs, {**others, attribute.key: [item.value]}))
            assert item.is_chosen == (item.value in wanted.get(attribute.key, []))


_rows = st.lists(
    st.builds(
        FacetRow,
        gig_id=st.integers(1, 10**6),
        category_slug=st.sampled_from(["design", "code"]),
        subcategory_slug=st.sampled_from(["logo", "web"]),
        price_fen=st.integers(100, 10**6),
        delivery_days=st.integers(1, 60),
        level=st.sampled_from(["new", "select"]),
        rating=st.floats(0, 5),
        attributes=st.frozensets(
            st.sampled_from([attribute_token(one.key, option.key) for one in ATTRIBUTES for option in one.options])
        ),
    ),
    max_size=40,
)
_wanted = st.dictionaries(
    st.sampled_from([one.key for one in ATTRIBUTES]), st.sets(st.sampled_from([*STYLES, *FORMATS, *TRADES])), max_size=3
)


@given(rows=_rows, wanted=_wanted, days=st.none() | st.integers(1, 60))
def test_a_count_is_what_choosing_that_option_alone_would_leave(rows, wanted, days):
    request = facets.known_attributes(
        SearchRequest(max_days=days, attributes=tuple((key, tuple(options)) for key, options in wanted.items())),
        ATTRIBUTES,
    )
    counts = facets.facet_counts(facets.Sieve(rows, request), request, ATTRIBUTES)
    for attribute in ATTRIBUTES:
        for item in counts[facets.attribute_facet(attribute.key)]:
            others = tuple(pair for pair in request.attributes if pair[0] != attribute.key)
            alone = SearchRequest(max_days=days, attributes=(*others, (attribute.key, (item.value,))))
            assert item.count == sum(facets.passes(row, alone) for row in rows)


def test_the_engine_narrows_by_attributes_before_its_limit(logos):
    request = asked(logos, style=["brush"], trade=["retail", "food"])
    wanted = {"style": ["brush"], "trade": ["retail", "food"]}
    fitting = naive(logos.gigs.all(), wanted)
    limit = len(fitting)
    assert 0 < limit < logos.gigs.count()
    retrieved = PostgresSearchEngine().retrieve(QueryPlan(""), request, limit=limit)
    assert fitting <= {one.gig_id for one in retrieved}


def test_more_than_can_be_scored_is_counted_all_the_same(logos, monkeypatch):
    monkeypatch.setattr(services, "CANDIDATE_LIMIT", 3)
    gigs = list(logos.gigs.all())
    result = services.search(asked(logos, style=["flat"]))
    assert set(result.ids) == naive(gigs, {"style": ["flat"]})
    assert {item.value: item.count for item in result.facets["attr:trade"]} == {
        trade: len(naive(gigs, {"style": ["flat"], "trade": [trade]})) for trade in TRADES
    }


def test_a_parent_category_offers_its_own_attributes_only(logos):
    result = services.search(SearchRequest(category_slug=logos.parent.slug))
    assert [one.key for one in result.attributes] == ["trade", "speaks", "written"]


def test_without_a_category_the_one_most_results_belong_to_offers_its_attributes(logos):
    for number in range(3):
        make_gig(title=f"别的服务{number}")
    services.rebuild_index()
    unfiltered = services.search(SearchRequest())
    assert [one.key for one in unfiltered.attributes] == ["style", "file-formats", "trade", "speaks", "written"]
    # Few are left by the choice, and what there is to choose from stays.
    chosen = services.search(SearchRequest(attributes=(("style", ("flat",)), ("file-formats", ("c++",)))))
    assert chosen.attributes == unfiltered.attributes
    assert set(chosen.ids) == naive(logos.gigs.all(), {"style": ["flat"], "file-formats": ["c++"]})


def test_where_no_category_prevails_none_offers_attributes_and_none_is_asked(logos):
    for number in range(12):
        make_gig(title=f"别的服务{number}")
    services.rebuild_index()
    result = services.search(SearchRequest(attributes=(("style", ("flat",)),)))
    assert ([one.key for one in result.attributes], result.total) == (["speaks", "written"], 24)


def test_what_the_category_does_not_know_is_left_out_of_search_and_address(client, logos):
    url = reverse("discovery:search")
    response = client.get(
        f"{url}?category={logos.slug}&attr=colour:red&attr=style:plaid&attr=style:flat&attr=:&attr=style&attr=style:flat",
        headers={"HX-Request": "true"},
    )
    assert response.headers["HX-Push-Url"] == f"{url}?category={logos.slug}&attr=style:flat"
    assert response.context["page"].result.total == len(naive(logos.gigs.all(), {"style": ["flat"]}))
    nonsense = client.get(f"{url}?category={logos.slug}&attr=colour:red").context["page"]
    assert nonsense.is_landing
    assert nonsense.result.total == 12


def test_the_address_is_the_same_in_whatever_order_one_chose(client, logos):
    url = reverse("discovery:search")
    tails = ["attr=trade:food&attr=style:retro&attr=style:flat", "attr=style:flat&attr=style:retro&attr=trade:food"]
    pushed = {
        client.get(f"{url}?category={logos.slug}&{tail}", headers={"HX-Request": "true"}).headers["HX-Push-Url"]
        for tail in tails
    }
    assert pushed == {f"{url}?category={logos.slug}&attr=style:flat&attr=style:retro&attr=trade:food"}


def test_a_name_with_signs_survives_the_address(client, logos):
    url = reverse("discovery:search")
    pushed = client.get(
        url, {"category": logos.slug, "attr": "file-formats:c++"}, headers={"HX-Request": "true"}
    ).headers["HX-Push-Url"]
    page = client.get(pushed).context["page"]
    assert page.request.attributes == (("file-formats", ("c++",)),)


def test_the_page_offers_options_with_counts_and_chips_to_take_them_back(client, logos):
    url = reverse("discovery:search")
    page = client.get(f"{url}?category={logos.slug}&attr=style:flat&attr=style:retro&attr=trade:food")
    html = page.content.decode()
    assert 'name="attr" value="style:flat" checked' in html
    assert 'name="attr" value="style:brush">' in html
    assert 'name="robots" content="noindex' in html
    chips = {chip.text: chip.url for chip in page.context["page"].chips}
    assert chips["风格：flat名"] == f"?category={logos.slug}&attr=style:retro&attr=trade:food"
    assert chips["trade名：food名"] == f"?category={logos.slug}&attr=style:flat&attr=style:retro"
    with translation.override("en"):
        english_url = reverse("discovery:search")
    english = client.get(english_url, {"category": logos.slug}).content.decode()
    assert "Style" in english
    assert "风格" not in english


def test_options_nobody_says_are_not_offered_but_chosen_ones_stay(client, logos):
    make_attribute(logos, "colour", "red", "blue")
    url = reverse("discovery:search")
    names = [one.name for one in client.get(url, {"category": logos.slug}).context["page"].filters.attributes]
    assert "colour名" not in names
    page = client.get(url, {"category": logos.slug, "attr": "colour:red"}).context["page"]
    colour = next(one for one in page.filters.attributes if one.name == "colour名")
    assert [(choice.value, choice.count) for choice in colour.choices] == [("colour:red", 0)]


def test_a_long_list_is_folded_and_a_chosen_option_is_never_in_the_fold(client, db):
    category = make_category(parent=make_category())
    options = [f"option-{number}" for number in range(10)]
    make_attribute(category, "trade", *options)
    make_gig(category=category, attributes={"trade": options})
    services.rebuild_index()
    url = reverse("discovery:search")
    [trade] = client.get(url, {"category": category.slug}).context["page"].filters.attributes
    assert (len(trade.choices), len(trade.more)) == (6, 4)
    [trade] = client.get(url, {"category": category.slug, "attr": "trade:option-9"}).context["page"].filters.attributes
    assert trade.choices[-1].value == "trade:option-9"
    assert len(trade.more) == 3


def test_filters_by_attribute_cost_no_further_query(client, logos, django_assert_num_queries):
    url = reverse("discovery:search")
    # In their own order: where few fit, the usual one looks for more of the kind with a query of its own.
    plain, filtered = (
        {"q": "标志", "sort": "newest"},
        {"q": "标志", "category": logos.slug, "attr": ["style:flat", "trade:food"], "sort": "newest"},
    )
    client.get(url, plain)
    assert client.get(url, filtered).context["page"].filters.attributes
    with django_assert_num_queries(_queries(client, url, plain)):
        client.get(url, filtered)


def _queries(client, url, parameters):
    with CaptureQueriesContext(connection) as captured:
        client.get(url, parameters)
    return len(captured)


def test_a_category_under_a_new_slug_is_found_with_its_filters_at_once(
    client, logos, settings, django_capture_on_commit_callbacks
):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    url = reverse("discovery:search")
    assert client.get(url, {"category": logos.slug}).context["page"].result.total == 12
    person = make_user(is_staff=True)
    person.groups.add(staff_group("administrator"))
    log_in(person, client=client)
    edited = {
        "parent": logos.parent_id,
        "name": "标识",
        "name_en": "Marks",
        "slug": "marks",
        "position": 0,
        "is_active": "on",
    }
    edited |= rows("attributes", logos.attributes.all(), "key", "name", "name_en", "kind")
    for place, attribute in enumerate(logos.attributes.all()):
        edited |= rows(f"attributes-{place}-options", attribute.options.all(), "key", "name", "name_en")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse(logos.snippet_viewset.get_url_name("edit"), args=[logos.pk]), edited)
    assert answer.status_code == 302
    page = client.get(url, {"category": "marks"}).context["page"]
    assert page.result.total == 12
    assert [one.name for one in page.filters.attributes] == ["风格", "file-formats名", "trade名"]
    assert services.search(SearchRequest(query="标识")).total == 12


def rows(prefix, stored, *fields):
    """The rows of a formset as the browser sends them unchanged."""
    sent = {f"{prefix}-TOTAL_FORMS": len(stored), f"{prefix}-INITIAL_FORMS": len(stored)}
    for place, row in enumerate(stored):
        sent |= {f"{prefix}-{place}-{field}": getattr(row, field) for field in ("id", *fields)}
    return sent
