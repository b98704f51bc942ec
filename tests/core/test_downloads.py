"""Downloads a piece at a time, under WSGI and under ASGI."""

import asyncio
from io import BytesIO

import pytest
from django.core.files.base import File
from django.test import AsyncRequestFactory, RequestFactory

from marketplace.core import downloads
from marketplace.core.downloads import download


class Read(BytesIO):
    """Notes how much is read at once."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.largest = max(self.largest, len(piece))
        return piece


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(downloads, "PIECE_BYTES", 4)


def test_a_file_is_read_a_piece_at_a_time_and_closed(small_pieces):
    source = Read(b"0123456789")
    answer = download(RequestFactory().get("/"), File(source), size=10, name="定稿.ai")
    assert list(answer.streaming_content) == [b"0123", b"4567", b"89"]
    assert (source.largest, source.closed) == (4, True)
    assert "filename*=utf-8''%E5%AE%9A%E7%A8%BF.ai" in answer.headers["Content-Disposition"]


def test_under_asgi_it_is_not_read_into_memory_before_it_is_sent(small_pieces):
    source = Read(b"0123456789")
    request = AsyncRequestFactory().get("/", headers={"range": "bytes=2-8"})
    answer = download(request, File(source), size=10, name="a.bin")
    assert answer.is_async

    async def received() -> list[bytes]:
        return [piece async for piece in answer.streaming_content]

    pieces = asyncio.run(received())
    assert pieces == [b"2345", b"678"]
    assert (answer.status_code, source.largest, source.closed) == (206, 4, True)


@pytest.mark.parametrize("asked", ["bytes=" + "9" * 5000 + "-", "bytes=-" + "9" * 5000, "bytes=٣-"])
def test_a_range_that_no_file_has_is_not_one(asked):
    answer = download(RequestFactory().get("/", headers={"range": asked}), File(Read(b"0123")), size=4, name="a.bin")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"0123")


def test_a_range_beyond_the_end_closes_the_file_too():
    source = Read(b"0123456789")
    answer = download(RequestFactory().get("/", headers={"range": "bytes=10-"}), File(source), size=10, name="a.bin")
    assert (answer.status_code, source.closed) == (416, True)
