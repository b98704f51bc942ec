"""What becomes of honest files."""

import hashlib
from dataclasses import replace
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from pypdf import PdfReader

from marketplace.uploads import services
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.presenters import as_json
from marketplace.uploads.purposes import register
from marketplace.uploads.states import UploadState
from marketplace.uploads.stored import stored_names
from tests.uploads import files
from tests.uploads.conftest import names, stored

pytestmark = pytest.mark.django_db


def test_a_picture_becomes_webp_and_avif_in_each_width_and_never_a_larger_one(sent, folders):
    content = files.picture(size=(1200, 750))
    upload = sent("店招.jpg", content)
    assert (upload.state, upload.kind) == (UploadState.READY, UploadKind.IMAGE)
    assert [row["width"] for row in upload.renditions] == [320, 640, 960, 1200]
    assert [row["height"] for row in upload.renditions] == [200, 400, 600, 750]
    assert (upload.width, upload.height) == (1200, 750)
    for row in upload.renditions:
        for form in ("webp", "avif"):
            with Image.open(BytesIO(stored(row[form]))) as image:
                assert (image.format, image.size) == (form.upper(), (row["width"], row["height"]))
    assert upload.result_name == upload.renditions[-1]["webp"]
    assert upload.checksum == hashlib.sha256(content).hexdigest()


def test_a_large_picture_is_shown_at_1600_at_most_and_a_small_one_as_it_is(sent):
    assert [row["width"] for row in sent("a.png", files.picture(size=(3000, 2000), form="PNG")).renditions][-1] == 1600
    assert [row["width"] for row in sent("b.png", files.picture(size=(100, 60), form="PNG")).renditions] == [100]


@pytest.mark.parametrize(
    ("came", "shared"),
    [((3000, 2000), (1200, 630)), ((800, 500), (800, 420)), ((400, 3000), (400, 210)), ((900, 20), (38, 20))],
)
def test_a_picture_that_is_linked_to_elsewhere_becomes_a_jpeg_too_and_is_never_enlarged(desk, sent, came, shared):
    register(replace(desk.purpose, is_shared=True))
    upload = sent("a.png", files.picture(size=came, form="PNG"))
    row = upload.renditions[-1]
    assert (row["width"], row["height"]) == shared
    with Image.open(BytesIO(stored(row["jpeg"]))) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", shared, "RGB")
    assert row["jpeg"] in stored_names(upload)
    assert upload.result_name.endswith(".webp")
    assert as_json(upload)["picture"].endswith(".webp")


def test_what_is_transparent_is_white_in_the_jpeg(desk, sent):
    register(replace(desk.purpose, is_shared=True))
    buffer = BytesIO()
    Image.new("RGBA", (300, 200), (200, 0, 0, 0)).save(buffer, "PNG")
    jpeg = sent("a.png", buffer.getvalue()).renditions[-1]["jpeg"]
    with Image.open(BytesIO(stored(jpeg))) as image:
        assert min(image.getpixel((150, 70))) > 250


def test_nothing_that_stays_here_becomes_a_jpeg(sent):
    assert not any("jpeg" in row for row in sent("a.jpg", files.picture()).renditions)


def test_the_placeholder_is_a_few_bytes_that_stand_in_the_page(sent):
    upload = sent("a.jpg", files.picture())
    assert upload.placeholder.startswith("data:image/webp;base64,")
    assert len(upload.placeholder) < 400


def test_nothing_is_kept_of_what_came_once_it_is_ready(sent, folders):
    upload = sent("a.jpg", files.picture())
    assert names(folders / "private") == set()
    assert names(folders / "public") == stored_names(upload)


def test_where_and_with_what_a_picture_was_taken_is_in_no_rendition(sent, folders):
    upload = sent("home.jpg", files.picture_with_place())
    # Upright, as the camera meant it.
    assert upload.width < upload.height
    for name in stored_names(upload):
        content = stored(name)
        with Image.open(BytesIO(content)) as image:
            exif = image.getexif()
            assert not exif.get_ifd(files.GPS_IFD)
            assert dict(exif) in ({}, {files.ORIENTATION: 1})
        assert b"Lin Xiaoman" not in content
        assert b"taken at home" not in content


@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_a_film_loses_its_metadata_and_gets_a_poster(sent, tmp_path, ending):
    content = files.film(tmp_path, seconds=2, ending=ending)
    assert b"Home of Lin" in content
    upload = sent(f"clip.{ending}", content)
    assert (upload.state, upload.kind, upload.duration_seconds) == (UploadState.READY, UploadKind.VIDEO, 2)
    kept = stored(upload.result_name)
    assert upload.result_name.endswith(f".{ending}")
    assert upload.result_size == len(kept)
    for secret in (b"Home of Lin", b"+30.2491"):
        assert secret not in kept
    assert [row["width"] for row in upload.renditions] == [320]


def test_without_ffmpeg_no_film_is_announced(desk, seller, settings):
    settings.FFMPEG = ""
    with pytest.raises(UploadError) as caught:
        services.declare_upload(owner=seller, purpose=desk.purpose, subject="", name="clip.mp4", size=9)
    assert caught.value.code == UploadErrorCode.NO_VIDEOS
    assert not Upload.objects.exists()


def test_a_film_that_is_here_already_when_ffmpeg_is_gone_is_refused_and_not_shown_as_it_came(
    send, folders, tmp_path, settings
):
    upload = send("clip.mp4", files.film(tmp_path))
    settings.FFMPEG = ""
    services.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.refusal) == (UploadState.REJECTED, UploadErrorCode.NO_VIDEOS)
    assert names(folders / "public") == set()


def test_a_pdf_is_written_anew_with_a_picture_of_its_first_page(sent):
    upload = sent("folio.pdf", files.pdf(pages=3) + b"<html>behind the end</html>")
    assert (upload.state, upload.kind, upload.page_count) == (UploadState.READY, UploadKind.PDF, 3)
    assert upload.renditions[-1]["height"] == 1600
    kept = stored(upload.result_name)
    assert len(PdfReader(BytesIO(kept)).pages) == 3
    assert b"Lin Xiaoman" not in kept
    assert b"behind the end" not in kept


def test_a_task_that_runs_twice_makes_nothing_twice(send, folders):
    upload = send("a.jpg", files.picture())
    assert services.process_upload(upload_id=upload.pk) is True
    there = names(folders / "public")
    assert services.process_upload(upload_id=upload.pk) is False
    assert names(folders / "public") == there


def test_a_file_of_a_plain_form_that_somebody_else_has_claimed_is_no_file_yet(desk, folders, seller, monkeypatch):
    from marketplace.uploads.services import deciding, intake

    def overtaken(*, upload_id: int) -> bool:
        deciding._claim(upload_id)  # the sweep was faster, and is at it
        return False

    monkeypatch.setattr(intake, "process_upload", overtaken)
    with pytest.raises(UploadError) as caught:
        services.take_file(
            owner=seller, purpose=desk.purpose, subject="", file=ContentFile(files.picture(), name="a.jpg")
        )
    assert caught.value.code == UploadErrorCode.NOT_READY
    assert not Upload.objects.exists()
