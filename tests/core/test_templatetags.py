"""The tags and filters of every template."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.utils import timezone, translation

NOON = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.fixture(autouse=True)
def _at_noon_in_english(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    with translation.override("en"):
        yield


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context)).strip()


def test_an_icon_is_hidden_from_screen_readers_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render('{% icon "search" %}')
    assert "icons.svg#i-search" in render('{% icon "search" %}')
    labelled = render('{% icon "star" label="rated" %}')
    assert 'role="img"' in labelled
    assert 'aria-label="rated"' in labelled
    assert "aria-hidden" not in labelled


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 128000|yuan }}", "1,280"),
        ("{{ 128050|yuan }}", "1,280.50"),
        ("{{ 0|yuan }}", "0"),
        ("{{ nothing|yuan }}", ""),
        ("{{ 128000|yuan_exact }}", "1,280.00"),
        ("{{ minus|yuan }}", "−5"),
    ],
)
def test_fen_are_shown_as_yuan_and_never_rounded(source, text):
    assert render(source, nothing=None, minus=-500) == text


def test_a_price_carries_a_value_for_machines():
    assert render("{% price 128000 %}") == '<data class="price" value="1280">1,280</data>'
    assert render("{% price 128050 %}") == '<data class="price" value="1280.50">1,280.50</data>'


def test_a_price_takes_modifiers_and_the_word_for_the_cheapest():
    assert 'class="price price--large price--plus"' in render('{% price 100 "large plus" %}')
    assert render("{% price 68000 at_least=True %}").endswith("680<small>and up</small></data>")
    assert render("{% price nothing %}", nothing=None) == ""
    assert render("{% price -12300 exact=True %}") == (
        '<data class="price price--negative" value="-123">123.00</data>'
    ), "the style sheet draws −¥"


def test_the_minus_of_an_amount_stands_before_the_sign_of_the_currency():
    assert render("{{ amount|money_exact }}", amount=-12300) == "−¥123.00"
    assert render("{{ amount|money_exact }}", amount=128050) == "¥1,280.50"
    assert render("{{ amount|money_exact }}", amount=None) == ""


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON + timedelta(hours=2, minutes=30), "today 14:30"),
        (NOON - timedelta(days=1), "yesterday"),
        (NOON - timedelta(days=20), "8 November"),
        (NOON - timedelta(days=400), "24 October 2025"),
        (NOON + timedelta(days=5), "3 December"),
    ],
)
def test_moments_are_said_as_people_say_them(moment, text):
    html = render("{% when moment %}", moment=moment)
    assert f">{text}</time>" in html
    assert 'datetime="' in html


def test_the_full_time_is_shown_on_hover_in_the_time_of_china():
    assert 'title="2026-11-28 12:00"' in render("{% when moment %}", moment=NOON)


def test_a_bare_date_needs_no_clock():
    assert render("{% when day %}", day=date(2026, 3, 5)) == '<time datetime="2026-03-05">5 March</time>'


def test_a_day_ends_at_midnight_in_china_and_not_in_london():
    late = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)  # 01:00 of the 28th in Shanghai
    assert "today 01:00" in render("{% when moment %}", moment=late)


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=2, hours=3, minutes=59), "2 d 3 h left"),
        (timedelta(days=2), "2 days left"),
        (timedelta(days=1, minutes=30), "1 day left"),
        (timedelta(hours=3, minutes=20), "3 h 20 min left"),
        (timedelta(hours=1), "1 hour left"),
        (timedelta(minutes=12, seconds=59), "12 min left"),
        (timedelta(seconds=30), "less than a minute left"),
        (-timedelta(hours=2, minutes=10), "2 h 10 min overdue"),
    ],
)
def test_what_is_left_is_said_in_two_units_at_most(left, text):
    assert render("{{ moment|time_left }}", moment=NOON + left) == text


@pytest.mark.parametrize(
    ("ahead", "text"),
    [
        (timedelta(hours=6), "today 18:00"),
        (timedelta(days=1), "tomorrow 12:00"),
        (timedelta(days=7, hours=2, minutes=30), "5 December, 14:30"),
    ],
)
def test_a_deadline_is_a_clock_time(ahead, text):
    assert render("{{ moment|deadline }}", moment=NOON + ahead) == text


def test_filters_of_time_are_silent_about_nothing():
    assert render("{{ x|deadline }}{{ x|time_left }}{{ x|duration }}{% when x %}{% clock x %}", x=None) == ""


def test_a_clock_carries_its_deadline_for_the_script():
    html = render("{% clock moment %}", moment=NOON + timedelta(hours=1))
    assert 'data-deadline="2026-11-28T13:00:00+08:00"' in html
    assert ">1 hour left</time>" in html


def test_levels_have_their_badges_and_unknown_ones_none():
    assert render('{% level "top" %}') == '<span class="level level--select">Select</span>'
    assert render('{% level "level_1" %}') == '<span class="level">Level 1</span>'
    assert render('{% level "" %}{% level "emperor" %}{% level None %}') == ""


def test_every_level_of_the_accounts_app_has_a_badge():
    from marketplace.accounts.models import SellerLevelChoice

    for value, name in SellerLevelChoice.choices:
        assert str(name) in render("{% level value %}", value=value)


def test_stars_say_their_value_in_words():
    html = render("{% stars 4.9 %}")
    assert 'value="4.9"' in html
    assert 'aria-label="4.9 out of 5"' in html
    assert 'value="5"' in render("{% stars 5.0 %}")
    assert render("{% stars None %}") == ""


def test_a_portrait_falls_back_to_the_first_character_of_the_name():
    assert 'src="/a.png"' in (portrait := render('{% avatar "/a.png" "林小满" "small" %}'))
    assert 'loading="lazy"' in portrait  # what the first screen needs comes before
    assert render('{% avatar "" "林小满" %}') == '<span class="avatar" aria-hidden="true">林</span>'
    assert ">匠</span>" in render('{% avatar None "" %}')


def test_an_empty_image_field_is_no_error():
    class EmptyField:
        def __bool__(self) -> bool:
            return False

        @property
        def url(self) -> str:
            raise ValueError("no file")

    assert ">林</span>" in render("{% avatar field name %}", field=EmptyField(), name="林")


def test_names_of_people_cannot_smuggle_markup():
    assert "<script" not in render("{% avatar url name %}", url='"><script>', name="<script>")


def test_the_link_of_the_current_page_says_so():
    request = SimpleNamespace(path="/orders/ABC/")
    assert render('{% current_if "/orders/" below=True %}', request=request) == 'aria-current="true"'
    assert render('{% current_if "/orders/" %}', request=request) == ""
    assert render('{% current_if "/orders/ABC/" %}', request=request) == 'aria-current="page"'
    assert render('{% current_if "/orders/" %}') == ""


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (1, [1, 2, None, 26]),
        (4, [1, 2, 3, 4, 5, None, 26]),
        (13, [1, None, 12, 13, 14, None, 26]),
        (26, [1, None, 25, 26]),
    ],
)
def test_long_lists_of_pages_are_shortened_around_the_current_one(page, shown):
    from marketplace.core.templatetags.jiangji import page_numbers

    assert page_numbers(Paginator(range(260), 10).page(page)) == shown


def test_the_home_page_is_below_its_language():
    assert render("{% home_url %}") == "/en/"
    with translation.override("zh-hans"):
        assert render("{% home_url %}") == "/"


def test_widgets_that_are_boxes_get_the_class_of_boxes():
    from django import forms

    class Sample(forms.Form):
        name = forms.CharField(widget=forms.TextInput(attrs={"class": "num"}))
        agree = forms.BooleanField()
        kind = forms.ChoiceField(choices=[("a", "A")])

    form = Sample()
    assert 'class="input num"' in str(form["name"])
    assert "class=" not in str(form["agree"])
    assert 'class="input"' in str(form["kind"])
    assert str(form["kind"]).count("class=") == 1


def test_a_field_connects_label_help_and_error():
    from django import forms

    class Sample(forms.Form):
        phone = forms.CharField(label="Phone", help_text="eleven digits", min_length=11)

    html = Sample({"phone": "123"})["phone"].as_field_group()
    assert '<label class="field__label" for="id_phone">' in " ".join(html.split())
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_phone_helptext"' in html
    assert 'id="id_phone_error"' in html
