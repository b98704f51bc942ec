"""Pictures from people, cut and re-encoded."""

from io import BytesIO

import pytest
from PIL import Image, ImageFile

from marketplace.core.errors import PictureError, PictureErrorCode
from marketplace.core.pictures import MAXIMUM_MEGABYTES, Square, encode_picture, encode_square
from tests.accounts.profile.uploads import halves, picture, upload


def colour_of(content: bytes, x: int, y: int) -> str:
    with Image.open(BytesIO(content)) as image:
        red, _green, blue = image.convert("RGB").getpixel((x, y))
        return "red" if red > blue else "blue"


def test_the_square_that_was_asked_for_is_what_is_left():
    cut = encode_square(halves((400, 200)), square=Square(x=220, y=10, size=150), side=480)
    assert (cut.width, cut.height) == (150, 150)
    assert colour_of(cut.content, 5, 5) == colour_of(cut.content, 145, 145) == "blue"


def test_without_a_square_it_is_the_middle_in_the_size_that_is_shown():
    cut = encode_square(halves((2000, 1000)), square=None, side=480)
    assert (cut.width, cut.height) == (480, 480)
    assert (colour_of(cut.content, 100, 240), colour_of(cut.content, 380, 240)) == ("red", "blue")


@pytest.mark.parametrize("square", [Square(-50, -50, 9_000), Square(390, 190, 200), Square(10**9, 10**9, 10**9)])
def test_a_square_that_reaches_over_the_edge_is_moved_and_cut(square):
    cut = encode_square(halves((400, 200)), square=square, side=480)
    assert (cut.width, cut.height) == (200, 200)


def test_a_photograph_that_lies_on_its_side_is_cut_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    cut = encode_square(picture((400, 200), form="JPEG", exif=exif), square=Square(0, 200, 200), side=480)
    assert (cut.width, cut.height) == (200, 200)  # upright it is 200 wide and 400 high


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (upload(b"<svg onload=alert(1)>", "x.png"), PictureErrorCode.UNREADABLE),
        (upload(b"x" * (MAXIMUM_MEGABYTES * 1024 * 1024 + 1), "x.png"), PictureErrorCode.TOO_LARGE),
        (picture((9000, 5000)), PictureErrorCode.TOO_MANY_PIXELS),
    ],
)
def test_what_is_no_fit_picture_is_refused(file, code):
    for encode in (encode_picture, lambda given: encode_square(given, square=None, side=480)):
        file.seek(0)
        with pytest.raises(PictureError) as refusal:
            encode(file)
        assert refusal.value.code == code
        assert file.name in refusal.value.message


def test_half_a_picture_is_refused_although_the_library_for_invoices_has_pillow_take_it(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # what importing WeasyPrint does
    whole = halves((400, 400)).read()
    with pytest.raises(PictureError) as caught:
        encode_picture(upload(whole[: len(whole) // 2], "half.png"))
    assert caught.value.code == PictureErrorCode.UNREADABLE
