"""Private files as downloads: whole or in part, read a piece at a time, never run in our origin."""

import re
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

PIECE_BYTES = 256 * 1024
# No browser shows this, whatever the bytes are and the name says.
CONTENT_TYPE = "application/octet-stream"


def download(request: HttpRequest, file: File, *, size: int, name: str) -> HttpResponseBase:
    """`file`, of `size` bytes, to be saved as `name`. A download that broke off goes on: one range of bytes is understood."""
    first, last = 0, size - 1
    asked = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", request.headers.get("Range", "").strip())
    # Without our checksum a browser cannot know that it is the same file; ours never changes.
    is_part = asked is not None and asked[0] != "bytes=-"
    if asked is not None and is_part:
        begin, end = asked.groups()
        first = int(begin) if begin else max(0, size - int(end))
        last = min(int(end), size - 1) if begin and end else size - 1
        if first > last:
            file.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    pieces = _pieces_async if isinstance(request, ASGIRequest) else _pieces
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(last - first + 1),
        "Accept-Ranges": "bytes",
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    if is_part:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    body = pieces(file, first, last - first + 1)
    return StreamingHttpResponse(body, status=206 if is_part else 200, headers=headers)


def _pieces(file: File, first: int, left: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece


async def _pieces_async(file: File, first: int, left: int) -> AsyncIterator[bytes]:
    """Under ASGI Django would read all of a plain iterator into memory before it sends the first byte."""
    read = sync_to_async(file.read, thread_sensitive=False)
    try:
        await sync_to_async(file.seek, thread_sensitive=False)(first)
        while left > 0 and (piece := await read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece
    finally:
        file.close()
