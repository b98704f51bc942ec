"""What the moderator sees beside each other: nothing that buyers will see is left out."""

from dataclasses import replace

import pytest

from marketplace.gigs.comparing import compare
from marketplace.gigs.content import ExtraContent, PictureContent
from marketplace.gigs.models import GigPart, MediaKind
from tests.gigs.test_materiality import LIVE

pytestmark = pytest.mark.django_db  # the lists of words and attributes
FILM = PictureContent("gigs/film.mp4", "制作过程", kind=MediaKind.VIDEO)
FOLIO = PictureContent("gigs/folio.pdf", kind=MediaKind.PDF)


def section(live, proposed, part):
    return next(found for found in compare(live, proposed) if found.part == part)


def test_a_film_and_a_pdf_are_part_of_the_gallery_that_is_compared():
    found = section(LIVE, replace(LIVE, video=FILM, documents=(FOLIO,)), GigPart.PICTURES)
    new = [(cell.media.name, cell.state) for cell in found.pictures_after if cell.state == "new"]
    assert new == [("gigs/film.mp4", "new"), ("gigs/folio.pdf", "new")]
    assert found.changes >= 2


def test_a_film_that_goes_is_told():
    found = section(replace(LIVE, video=FILM), LIVE, GigPart.PICTURES)
    assert [cell.media.name for cell in found.pictures_before if cell.state == "gone"] == ["gigs/film.mp4"]


def test_of_two_add_ons_with_one_title_neither_is_hidden():
    twice = (ExtraContent("加急", 9_000_000), ExtraContent("加急", 20_000, -2))
    found = section(LIVE, replace(LIVE, extras=twice), GigPart.EXTRAS)
    assert [(row.before, row.after) for row in found.figures] == [
        ("¥200 · −2天", "¥90,000"),
        ("", "¥200 · −2天"),
    ]
    assert found.changes == 2


def test_a_contact_in_the_name_of_an_add_on_is_marked():
    found = section(LIVE, replace(LIVE, extras=(ExtraContent("加急，加我微信", 20_000),)), GigPart.EXTRAS)
    assert [(hit.text, hit.is_contact) for row in found.texts for hit in row.hits] == [("加我微信", True)]
