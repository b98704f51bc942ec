"""What somebody sends who means no good, or whose disk is broken: refused in words, kept away from everybody."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.uploads import selectors, services, tasks
from marketplace.uploads.errors import UploadError, UploadErrorCode, refusal_sentence
from marketplace.uploads.models import Upload, UploadKind, UploadTombstone
from marketplace.uploads.states import UploadState
from marketplace.uploads.stored import stored_names
from tests.uploads import files
from tests.uploads.conftest import names, stored

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bomb.png", files.bomb(), UploadErrorCode.TOO_MANY_PIXELS),
        ("ribbon.png", files.picture(size=(20_000, 20), form="PNG"), UploadErrorCode.TOO_MANY_PIXELS),
        ("drawing.png", files.svg_with_script(), UploadErrorCode.PICTURE_UNREADABLE),
        ("page.jpg", b"<html><script>alert(1)</script></html>", UploadErrorCode.PICTURE_UNREADABLE),
        ("half.jpg", files.picture()[:-4000], UploadErrorCode.PICTURE_UNREADABLE),
        ("program.png", b"MZ" + b"\0" * 500, UploadErrorCode.PICTURE_UNREADABLE),
        ("script.pdf", files.pdf_with_script(), UploadErrorCode.PDF_ACTIVE),
        ("launch.pdf", files.pdf_that_launches(), UploadErrorCode.PDF_ACTIVE),
        ("attached.pdf", files.pdf_with_attachment(), UploadErrorCode.PDF_ACTIVE),
        ("locked.pdf", files.pdf_with_password(), UploadErrorCode.PDF_ENCRYPTED),
        ("broken.pdf", b"%PDF-1.7 and nothing else", UploadErrorCode.PDF_UNREADABLE),
        ("list.mp4", files.playlist(), UploadErrorCode.VIDEO_UNREADABLE),
        ("empty.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 200, UploadErrorCode.VIDEO_UNREADABLE),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_file_is_refused_and_nothing_of_it_is_ever_shown(sent, folders, name, content, code):
    upload = sent(name, content)
    assert (upload.state, upload.refusal) == (UploadState.REJECTED, code)
    assert name in refusal_sentence(upload.refusal, name=upload.name)
    # Quarantined: where it came in, and nowhere else.
    assert names(folders / "public") == set()
    assert stored(upload.storage_name, "private") == content
    assert upload.result_name == ""


def test_a_film_that_was_cut_off_is_refused(sent, folders, tmp_path):
    content = files.film(tmp_path, seconds=4)
    upload = sent("clip.mp4", content[: len(content) * 2 // 3])
    assert (upload.state, upload.refusal) == (UploadState.REJECTED, UploadErrorCode.VIDEO_UNREADABLE)
    assert names(folders / "public") == set()


@pytest.mark.parametrize(
    "content", [files.polyglot_with_page(), files.polyglot_with_archive()], ids=["page", "archive"]
)
def test_of_a_picture_that_is_something_else_as_well_only_the_picture_is_left(sent, content):
    upload = sent("a.jpg", content)
    assert upload.state == UploadState.READY
    for name in stored_names(upload):
        kept = stored(name)
        assert b"script" not in kept
        assert b"PK\x03\x04" not in kept
        assert b"CAFEBABE" not in kept


def test_a_picture_with_the_ending_of_a_pdf_is_the_picture_it_is(sent):
    upload = sent("folio.pdf", files.picture(form="PNG"), content_type="application/pdf")
    assert (upload.state, upload.kind) == (UploadState.READY, UploadKind.IMAGE)
    assert upload.result_name.endswith(".webp")


def test_a_kind_that_may_be_larger_is_no_way_around_the_limit_of_another(sent, desk):
    large = files.pdf() + b"\n" * (3 * 1024 * 1024)
    upload = sent("film.mp4", large, content_type="video/mp4")
    assert (upload.state, upload.refusal) == (UploadState.REJECTED, UploadErrorCode.TOO_LARGE)


@pytest.mark.parametrize(
    ("announced", "code"),
    [
        ({"size": 0}, UploadErrorCode.EMPTY),
        ({"size": -1}, UploadErrorCode.EMPTY),
        ({"size": 10 * 1024**3}, UploadErrorCode.TOO_LARGE),
        ({"size": 10 * 1024**2 + 1}, UploadErrorCode.TOO_LARGE),
        ({"name": "a.svg", "content_type": "image/svg+xml"}, UploadErrorCode.KIND_REFUSED),
        ({"name": "a.exe", "content_type": "application/x-msdownload"}, UploadErrorCode.KIND_REFUSED),
        ({"name": "a.html"}, UploadErrorCode.KIND_REFUSED),
    ],
)
def test_what_a_file_says_of_itself_may_be_enough_to_refuse_it(desk, seller, announced, code):
    values = {"name": "a.jpg", "size": 100, "content_type": "", **announced}
    with pytest.raises(UploadError) as caught:
        services.declare_upload(owner=seller, purpose=desk.purpose, subject="", **values)
    assert caught.value.code == code
    assert not Upload.objects.exists()


def test_there_is_room_for_as_many_of_a_kind_as_the_purpose_says(desk, seller):
    def declare(name: str, **values):
        return services.declare_upload(
            owner=seller, purpose=desk.purpose, subject="form:1", name=name, size=9, **values
        )

    first = declare("a.pdf")
    declare("b.pdf")
    with pytest.raises(UploadError) as caught:
        declare("c.pdf")
    assert caught.value.code == UploadErrorCode.TOO_MANY
    declare("a.mp4")
    services.discard_upload(upload=first)
    declare("c.pdf")
    assert Upload.objects.count() == 3


def test_nobody_fills_the_disk_with_forms_of_their_own_making(desk, seller, monkeypatch):
    monkeypatch.setattr("marketplace.uploads.services.intake.OPEN_LIMIT", 3)
    for number in range(3):
        services.declare_upload(owner=seller, purpose=desk.purpose, subject=f"form:{number}", name="a.jpg", size=9)
    with pytest.raises(UploadError) as caught:
        services.declare_upload(owner=seller, purpose=desk.purpose, subject="form:4", name="a.jpg", size=9)
    assert caught.value.code == UploadErrorCode.TOO_MANY


def test_where_one_may_not_send_nothing_is_announced(desk, seller):
    desk.closed.add("form:9")
    with pytest.raises(UploadError) as caught:
        services.declare_upload(owner=seller, purpose=desk.purpose, subject="form:9", name="a.jpg", size=9)
    assert caught.value.code == UploadErrorCode.NOT_HERE
    assert not Upload.objects.exists()


def test_a_person_sends_so_many_bytes_a_day_whatever_becomes_of_them(desk, seller, buyer):
    set_config(key="uploads.daily_megabytes", value=100, reason="test")
    size = 19 * 1024**2

    def announce(number: int, owner=seller) -> Upload:
        return services.declare_upload(
            owner=owner, purpose=desk.purpose, subject=f"form:{number}", name="a.mp4", size=size
        )

    for number in range(5):
        services.discard_upload(upload=announce(number))
    assert not Upload.objects.exists()
    with pytest.raises(UploadError) as caught:
        announce(6)
    assert (caught.value.code, caught.value.parameters["limit"]) == (UploadErrorCode.OVER_QUOTA, 100)
    assert not Upload.objects.exists()
    announce(7, owner=buyer)
    with clock.moved_to(clock.now() + timedelta(hours=25)):
        tasks.clear_tombstones()
        announce(8)
    assert not UploadTombstone.objects.exists()


def test_a_path_in_a_name_is_no_path_here(desk, seller, folders):
    upload = services.declare_upload(
        owner=seller, purpose=desk.purpose, subject="", name="..\\../etc/passwd.jpg", size=3
    )
    assert upload.name == "passwd.jpg"
    services.receive_file(upload=upload, file=ContentFile(b"abc"))
    assert all(name.startswith("incoming/") for name in names(folders / "private"))


def test_other_bytes_than_announced_are_refused(desk, seller, folders):
    upload = services.declare_upload(owner=seller, purpose=desk.purpose, subject="", name="a.jpg", size=10)
    with pytest.raises(UploadError) as caught:
        services.receive_file(upload=upload, file=ContentFile(b"x" * 11))
    assert caught.value.code == UploadErrorCode.WRONG_SIZE
    assert names(folders) == set()


def test_what_has_not_arrived_cannot_be_finished(desk, seller, folders):
    upload = services.declare_upload(owner=seller, purpose=desk.purpose, subject="", name="a.jpg", size=10)
    with pytest.raises(UploadError) as caught:
        services.finish_upload(upload=upload)
    assert caught.value.code == UploadErrorCode.NOT_ARRIVED
    upload.refresh_from_db()
    assert upload.state == UploadState.DECLARED


def test_a_file_that_ends_its_worker_three_times_is_refused(send, monkeypatch):
    upload = send("a.jpg", files.picture())

    def dies(*_arguments):
        raise MemoryError

    monkeypatch.setattr("marketplace.uploads.services.deciding.examine", dies)
    for _ in range(3):
        with pytest.raises(MemoryError):
            services.process_upload(upload_id=upload.pk)
        assert services.take_back_upload(upload_id=upload.pk) is False  # its worker may be alive
        Upload.objects.update(claimed_at="2026-01-01T00:00:00Z")
        assert list(selectors.undecided_uploads()) == [upload]
        assert services.take_back_upload(upload_id=upload.pk) is True
    assert services.process_upload(upload_id=upload.pk) is False
    upload.refresh_from_db()
    assert (upload.state, upload.refusal) == (UploadState.REJECTED, UploadErrorCode.UNPROCESSABLE)


def test_a_bomb_is_refused_before_a_pixel_is_unpacked(sent, monkeypatch):
    def unpacked(*_arguments, **_options):
        raise AssertionError("unpacked")

    content = files.bomb()
    monkeypatch.setattr(Image.Image, "load", unpacked)
    assert sent("bomb.png", content).refusal == UploadErrorCode.TOO_MANY_PIXELS


@pytest.mark.parametrize("code", list(UploadErrorCode))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_refusal_is_a_sentence_that_names_the_file(code, language):
    from django.utils import translation

    with translation.override(language):
        sentence = refusal_sentence(code, name="a.jpg", limit=10)
    assert "a.jpg" in sentence
    assert sentence.endswith(("。", "."))
    assert "%" not in sentence
