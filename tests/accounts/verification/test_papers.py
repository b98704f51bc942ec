"""Documents: sniffed, re-encoded, and nowhere in the clear."""

from io import BytesIO

import pytest
from cryptography.fernet import InvalidToken
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from marketplace.accounts import papers
from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.accounts.models import PaperKind
from marketplace.core import pictures
from marketplace.core.encryption import decrypt_bytes, encrypt_bytes
from tests.accounts.verification.conftest import picture, stored_files

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"


def refusal_of(upload, **options):
    with pytest.raises(VerificationError) as refusal:
        papers.read_paper(upload, **options)
    assert "%(" not in refusal.value.message
    return refusal.value.code


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_of_any_accepted_kind_becomes_webp(form):
    paper = papers.read_paper(picture(form=form))
    assert paper.content_type == "image/webp"
    assert Image.open(BytesIO(paper.content)).format == "WEBP"


def test_where_a_photograph_was_taken_stays_behind_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"  # a position
    upload = picture(size=(900, 600), exif=exif.tobytes())
    assert Image.open(BytesIO(upload.read())).getexif()
    shown = Image.open(BytesIO(papers.read_paper(upload).content))
    assert not shown.getexif()
    assert shown.size == (600, 900)


def test_a_large_photograph_is_made_smaller():
    shown = Image.open(BytesIO(papers.read_paper(picture(size=(4000, 3000))).content))
    assert shown.size == (2000, 1500)


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (SimpleUploadedFile("card.jpg", b"<script>alert(1)</script>", "image/jpeg"), "paper_unreadable"),
        (SimpleUploadedFile("card.jpg", PDF, "image/jpeg"), "paper_unreadable"),
        (SimpleUploadedFile("card.jpg", b"", "image/jpeg"), "paper_unreadable"),
        (picture(size=(599, 400)), "paper_too_small"),
    ],
    ids=["html", "pdf", "nothing", "small"],
)
def test_what_is_no_picture_of_a_card_is_refused_whatever_it_is_called(upload, code):
    assert refusal_of(upload) == code


def test_a_file_that_is_too_large_is_not_even_read(monkeypatch):
    monkeypatch.setattr(papers, "MAXIMUM_MEGABYTES", 0)
    assert refusal_of(picture()) == VerificationErrorCode.PAPER_TOO_LARGE


def test_a_picture_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MAXIMUM_PIXELS", 900 * 600 - 1)
    assert refusal_of(picture()) == VerificationErrorCode.PAPER_UNREADABLE


def test_a_licence_may_be_a_pdf_and_stays_as_it_is():
    paper = papers.read_paper(SimpleUploadedFile("licence.png", PDF, "image/png"), allow_pdf=True)
    assert (paper.content, paper.content_type) == (PDF, "application/pdf")


def test_the_stored_file_is_encrypted_and_its_name_tells_nothing():
    paper = papers.read_paper(picture())
    with papers.stored_papers({PaperKind.IDENTITY_FRONT: paper}) as (row,):
        raw = storages["private"].open(row.file.name).read()
    assert paper.content not in raw
    assert b"WEBP" not in raw
    assert decrypt_bytes(raw) == paper.content == papers.opened(row)
    assert "front" not in row.file.name
    assert row.file.name.count(".") == 0


def test_without_the_key_the_file_cannot_be_opened(settings):
    stored = encrypt_bytes(b"a card")
    settings.FIELD_ENCRYPTION_KEYS = ["YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcy4="]
    with pytest.raises(InvalidToken):
        decrypt_bytes(stored)


def test_when_the_block_fails_no_file_stays_behind():
    def fail():
        with papers.stored_papers({PaperKind.LICENCE: papers.Paper(PDF, papers.PDF)}):
            assert len(stored_files()) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert stored_files() == set()
