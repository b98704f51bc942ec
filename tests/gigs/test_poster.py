"""The poster of a gig: a PNG whose code leads to its page, drawn once for the same content."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from marketplace.gigs import poster, services
from marketplace.gigs.models import Gig, GigMedia
from tests.factories import make_gig
from tests.gigs.content import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def gig(seller):
    gig = make_gig(seller=seller, title="餐饮茶饮品牌LOGO 手绘原创，附基础应用规范与三种招牌试摆 🎨" * 2)
    GigMedia.objects.create(file=default_storage.save("gigs/poster-test.png", ContentFile(picture().read())), gig=gig)
    return gig


def ask(client, gig, **headers):
    return client.get(reverse("gigs:poster", args=[gig.pk]), headers=headers)


def image_of(response):
    return Image.open(BytesIO(response.content)).convert("RGB")


def test_the_poster_shows_the_cover_and_is_small_enough_to_send(client, gig):
    response = ask(client, gig)
    assert response.headers["Content-Type"] == "image/png"
    image = image_of(response)
    assert image.size == (750, 1160)
    red, green, blue = image.getpixel((375, 300))  # the middle of the cover
    assert red > 150 > green
    assert red > 150 > blue
    assert len(response.content) < 300_000


def test_its_code_leads_to_the_page(gig, settings, client):
    from marketplace.core.qr import qr_png

    wanted = poster.poster_of(Gig.objects.get(pk=gig.pk))
    assert wanted.address == settings.SITE_URL + gig.get_absolute_url()
    code = Image.open(BytesIO(qr_png(wanted.address))).convert("L")
    image = image_of(ask(client, gig)).convert("L").point(lambda value: 255 if value > 127 else 0)
    factor = 220 // code.width
    side = code.width * factor
    left, top = 750 - 40 - side, 1160 - 40 - 220 + (220 - side) // 2
    found = image.crop((left, top, left + side, top + side)).resize(code.size, Image.Resampling.NEAREST)
    assert found.tobytes() == code.point(lambda value: 255 if value > 127 else 0).tobytes()


def test_the_same_content_is_drawn_once(client, gig, monkeypatch):
    first = ask(client, gig)
    monkeypatch.setattr(poster, "draw", None)  # would fail if it were called
    assert ask(client, gig).content == first.content
    assert ask(client, gig, If_None_Match=first.headers["ETag"]).status_code == 304


def test_another_title_is_another_poster(client, gig):
    first = ask(client, gig)
    Gig.objects.filter(pk=gig.pk).update(title="面馆招牌")
    second = ask(client, gig)
    assert second.headers["ETag"] != first.headers["ETag"]
    assert second.content != first.content


def test_a_cover_that_is_gone_leaves_the_category_s_character(client, gig):
    default_storage.delete(gig.media.get().file.name)
    assert image_of(ask(client, gig)).size == (750, 1160)


def test_drawing_is_limited_and_what_is_drawn_is_not(client, seller, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"poster": "1/m/ip"}
    first, second = make_gig(seller=seller), make_gig(seller=seller)
    assert ask(client, first).status_code == 200
    assert ask(client, second).status_code == 429
    assert ask(client, first).status_code == 200


def test_what_is_not_on_sale_has_no_poster(client, gig, seller):
    services.pause_gig(gig_id=gig.pk, seller=seller)
    assert ask(client, gig).status_code == 404


def test_without_the_fonts_there_is_no_poster_and_no_link_to_one(client, gig, settings, tmp_path):
    address = reverse("gigs:poster", args=[gig.pk])
    assert address in client.get(gig.get_absolute_url()).content.decode()
    settings.CJK_FONTS_FOLDER = str(tmp_path)
    poster.can_draw.cache_clear()
    try:
        assert client.get(address).status_code == 404
        assert address not in client.get(gig.get_absolute_url()).content.decode()
    finally:
        poster.can_draw.cache_clear()
