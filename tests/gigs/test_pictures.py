from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.pictures import MAXIMUM_MEGABYTES, encode_picture
from tests.gigs.content import picture


def test_a_picture_becomes_a_smaller_webp():
    encoded, width, height = encode_picture(picture(size=(3200, 2000)))
    with Image.open(BytesIO(encoded)) as result:
        assert result.format == "WEBP"
        assert result.size == (1600, 1000) == (width, height)


def test_what_the_camera_wrote_into_the_file_stays_behind():
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif[0x0112] = 6  # lies on its side
    encoded, width, height = encode_picture(picture(size=(400, 200), form="JPEG", exif=exif))
    with Image.open(BytesIO(encoded)) as result:
        assert not result.getexif()
    assert b"Camera of somebody" not in encoded
    assert (width, height) == (200, 400)


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (SimpleUploadedFile("x.png", b"<svg onload=alert(1)>"), GigErrorCode.PICTURE_UNREADABLE),
        (SimpleUploadedFile("x.jpg", b"\xff\xd8\xff\xe0broken"), GigErrorCode.PICTURE_UNREADABLE),
        (SimpleUploadedFile("x.png", b"x" * (MAXIMUM_MEGABYTES * 1024 * 1024 + 1)), GigErrorCode.PICTURE_TOO_LARGE),
        (picture(size=(9000, 5000)), GigErrorCode.PICTURE_TOO_MANY_PIXELS),
    ],
)
def test_what_is_no_fit_picture_is_refused(upload, code):
    with pytest.raises(GigError) as caught:
        encode_picture(upload)
    assert caught.value.code == code
    assert upload.name in caught.value.message
