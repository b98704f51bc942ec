"""A marketer begins with a filled draft, and uploads a film that can be watched without sound."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cms_pages.landing_templates import TEMPLATES, begin_landing_page
from cms_pages.models import LandingIndexPage, LandingPage, SiteVideo
from marketplace.gigs.advertising import forbidden_words
from marketplace.gigs.superlatives import find
from portal.demo.sources import MEDIA
from tests import factories
from tests.logins import log_in

FILM = MEDIA / "pages" / "escrow.mp4"


@pytest.fixture
def editor(db) -> Client:
    user = factories.make_user(name="编辑", is_staff=True, is_superuser=True)
    client = Client()
    log_in(user, client=client)
    return client


def address(index: LandingIndexPage) -> str:
    return reverse("wagtailadmin_pages:add", args=["cms_pages", "landingpage", index.pk])


def index_of(code: str) -> LandingIndexPage:
    return LandingIndexPage.objects.get(locale__language_code=code)


def test_a_new_campaign_begins_with_a_choice(tree, editor: Client) -> None:
    html = editor.get(address(index_of("zh-hans"))).content.decode()
    assert all(f'value="{key}"' in html for key in TEMPLATES)
    assert "?template=empty" in html
    empty = editor.get(address(index_of("zh-hans")) + "?template=empty").content.decode()
    assert 'name="seo_title"' in empty
    assert 'name="landing_template"' not in empty


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("code", ["zh-hans", "en"])
def test_a_template_becomes_a_draft_in_the_language_of_its_place(tree, editor: Client, template, code) -> None:
    index = index_of(code)
    response = editor.post(address(index), {"landing_template": template, "landing_title": "年货节 2026"})
    page = LandingPage.objects.get(title="年货节 2026")
    assert response["Location"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert page.locale.language_code == code
    assert page.slug == "nian-huo-jie-2026"
    assert not page.live
    assert page.search_description
    assert page.body[0].block_type == "hero"
    assert editor.get(response["Location"]).status_code == 200
    draft = page.get_latest_revision_as_object()
    assert [block.block_type for block in draft.body] == [block.block_type for block in page.body]
    page.get_latest_revision().publish()
    page.refresh_from_db()
    assert Client().get(page.url).status_code == 200


def test_a_template_without_a_title_makes_nothing(tree, editor: Client) -> None:
    before = LandingPage.objects.count()
    response = editor.post(address(index_of("zh-hans")), {"landing_template": "campaign", "landing_title": " "})
    assert response.status_code == 200
    assert LandingPage.objects.count() == before


def test_two_pages_of_one_title_have_two_addresses(tree) -> None:
    owner = factories.make_user(name="市场", is_staff=True)
    made = [
        begin_landing_page(parent=index_of("zh-hans"), template="campaign", title="开店节", owner=owner)
        for _number in "12"
    ]
    assert [page.slug for page in made] == ["kai-dian-jie", "kai-dian-jie-2"]


@pytest.mark.parametrize("code", ["zh-hans", "en"])
def test_no_template_says_what_the_advertising_law_forbids(db, code) -> None:
    from cms_pages.block_examples import starting_words

    def texts(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for child in value.values():
                yield from texts(child)
        elif isinstance(value, list):
            for child in value:
                yield from texts(child)

    found = list(texts(starting_words(code)))
    assert len(found) > 100
    assert forbidden_words(), "the list that staff keep is there"
    assert [text for text in found if find(text, forbidden_words())] == []


def film_form(**changes) -> dict:
    captions = SimpleUploadedFile("zh.vtt", b"WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nx\n")
    return {
        "title": "托管",
        "file": SimpleUploadedFile("camera.mp4", FILM.read_bytes()),
        "captions": captions,
        **changes,
    }


def test_a_film_is_made_anew_with_a_first_picture_and_its_length(db, editor: Client) -> None:
    response = editor.post(reverse("wagtailsnippets_cms_pages_sitevideo:add"), film_form())
    assert response.status_code == 302, response.context["form"].errors
    film = SiteVideo.objects.get()
    assert film.duration_seconds == 12
    assert film.length == "0:12"
    assert film.poster is not None
    assert "camera" not in film.file.name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"captions": ""}, "captions"),
        ({"captions": SimpleUploadedFile("zh.vtt", b"1\n00:00 --> 00:03\nx")}, "captions"),
        ({"file": SimpleUploadedFile("camera.mp4", b"MZ" + b"0" * 4000)}, "file"),
        ({"file": SimpleUploadedFile("camera.mp4", FILM.read_bytes()[:20000])}, "file"),
    ],
    ids=["no captions", "other captions", "no film", "cut off"],
)
def test_a_film_that_nobody_could_watch_is_refused(db, editor: Client, changes, field) -> None:
    response = editor.post(reverse("wagtailsnippets_cms_pages_sitevideo:add"), film_form(**changes))
    assert field in response.context["form"].errors
    assert not SiteVideo.objects.exists()


def test_a_silent_film_needs_no_captions(db, editor: Client) -> None:
    assert (
        editor.post(
            reverse("wagtailsnippets_cms_pages_sitevideo:add"), film_form(captions="", is_silent="on")
        ).status_code
        == 302
    )
