"""Files of any kind, kept as they came: where they lie, what is known of them, what is drawn."""

import hashlib

import pytest
from django.core.files.base import ContentFile

from marketplace.uploads import services
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.presenters import as_json
from marketplace.uploads.purposes import KindLimit, Purpose, register
from marketplace.uploads.states import UploadState
from tests.uploads import files
from tests.uploads.conftest import names

pytestmark = pytest.mark.django_db


def take(keeper, owner, name: str, content: bytes) -> Upload:
    file = ContentFile(content, name=name)
    return services.take_file(owner=owner, purpose=keeper, subject="form:1", file=file)


@pytest.mark.parametrize(
    ("name", "content", "previews", "size"),
    [
        ("work.psd", b"8BPS" + b"\0" * 60, 0, (0, 0)),
        ("photo.jpg", files.picture_with_place(), 1, (500, 800)),  # turned upright, as its data says
        ("icon.png", files.picture(size=(90, 60), form="PNG"), 1, (90, 60)),
        ("print.tif", files.picture(size=(90, 60), form="TIFF"), 1, (90, 60)),
        ("print.bmp", files.picture(size=(90, 60), form="BMP"), 1, (90, 60)),
        ("scans.tiff", files.pages_as_tiff(), 1, (0, 0)),  # one of its pages is not all of it
        ("camera.nef", files.picture(size=(90, 60), form="TIFF"), 0, (0, 0)),
        ("book.pdf", files.pdf(), 2, (0, 0)),
        ("locked.pdf", files.pdf_with_password(), 0, (0, 0)),
        ("bomb.png", files.bomb(), 0, (0, 0)),
        ("half.jpg", files.picture()[:-4000], 0, (0, 0)),
        ("drawing.svg", files.svg_with_script(), 0, (0, 0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_stays_where_it_came_in_to_the_byte(keeper, folders, seller, name, content, previews, size):
    upload = take(keeper, seller, name, content)
    assert (upload.state, upload.kind, upload.storage_name) == (UploadState.READY, UploadKind.FILE, "")
    assert (folders / "private" / upload.result_name).read_bytes() == content
    assert upload.checksum == hashlib.sha256(content).hexdigest()
    assert upload.result_size == len(content)
    assert (len(upload.renditions), (upload.width, upload.height)) == (previews, size)
    # The file, once, and what was drawn of it; nothing of it is public, or has an address.
    assert len(names(folders / "private")) == 1 + previews
    assert all(name.startswith("kept/") for name in names(folders / "private"))
    assert names(folders / "public") == set()
    assert as_json(upload)["picture"] == ""


def test_a_preview_carries_nothing_of_the_originals_data(keeper, folders, seller):
    upload = take(keeper, seller, "photo.jpg", files.picture_with_place())
    for size in upload.renditions:
        drawn = (folders / "private" / size["webp"]).read_bytes()
        assert b"Exif" not in drawn
        assert b"EXIF" not in drawn


def test_let_go_of_it_takes_everything_along(keeper, folders, seller, django_capture_on_commit_callbacks):
    upload = take(keeper, seller, "photo.jpg", files.picture())
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_upload(upload=upload)
    assert names(folders / "private") == set()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.exe", b"x", UploadErrorCode.PROGRAM),
        ("a.png", b"MZ\x90\0", UploadErrorCode.PROGRAM),
        ("a.bin", b"x" * (2 * 1024 * 1024 + 1), UploadErrorCode.TOO_LARGE),
        ("a.txt", b"", UploadErrorCode.EMPTY),
    ],
)
def test_what_is_refused_leaves_nothing(
    keeper, folders, seller, name, content, code, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(UploadError) as refusal:
        take(keeper, seller, name, content)
    assert refusal.value.code == code
    assert not Upload.objects.exists()
    assert names(folders / "private") == set()


def test_bytes_that_do_not_fit_their_announcement_are_refused(keeper, folders, seller):
    upload = services.declare_upload(owner=seller, purpose=keeper, subject="", name="a.zip", size=4)
    upload = services.receive_file(upload=upload, file=ContentFile(b"1234"))
    (folders / "private" / upload.storage_name).write_bytes(b"123456")
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.RECEIVED)
    services.process_upload(upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.refusal, upload.result_name) == ("rejected", UploadErrorCode.WRONG_SIZE, "")


def test_looked_into_twice_it_is_the_same_file(keeper, folders, seller):
    upload = take(keeper, seller, "a.zip", files.polyglot_with_archive()[-60:])
    assert services.process_upload(upload_id=upload.pk) is False
    assert names(folders / "private") == {upload.result_name}


def test_no_room_may_keep_files_of_any_kind_in_public():
    limits = {UploadKind.FILE: KindLimit(megabytes=1, count=1)}
    with pytest.raises(ValueError, match="everybody"):
        register(Purpose(key="x", kinds=limits, folder="x", still_used=set, may_send=bool))
