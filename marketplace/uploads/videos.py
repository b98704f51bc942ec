"""Films: rewritten without what the camera noted down, and a picture of their beginning. By ffmpeg; without it there are none."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.programs import run_limited

# The type that the bytes say → ffmpeg's reader for it and the ending of the result. The reader is named, so that no
# playlist within a file makes ffmpeg open other files or addresses.
CONTAINERS = {
    "video/mp4": ("mov", "mp4"),
    "video/x-m4v": ("mov", "mp4"),
    "video/quicktime": ("mov", "mp4"),
    "video/webm": ("matroska", "webm"),
}
SECONDS = 120
# A frame from a little after the beginning, which is often black.
POSTER_AT_SECONDS = 1


@dataclass(frozen=True)
class Film:
    """What became of a film, and how long it is, where that can be told."""

    path: Path
    ending: str
    poster: Path
    duration_seconds: int | None


def read_film(path: Path, *, mime: str, name: str) -> Film:
    """The film at `path` without metadata, with a poster. Raises UploadError VIDEO_UNREADABLE, or NO_VIDEOS without ffmpeg."""
    reader, ending = CONTAINERS[mime]
    if not settings.FFMPEG:  # as it came it would tell where somebody lives, and might be anything
        raise UploadError(UploadErrorCode.NO_VIDEOS, name=name)
    clean, poster = path.with_name(f"clean.{ending}"), path.with_name("poster.png")
    start = [settings.FFMPEG, "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", "file", "-f", reader]
    # One picture track and one of sound; subtitles, data (where a drone flew) and chapters stay behind.
    tracks = ["-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"]
    written = ["-c", "copy", "-fflags", "+bitexact", *(["-movflags", "+faststart"] if ending == "mp4" else [])]
    answer = run_limited(
        [*start, "-i", path.name, *tracks, *written, "-progress", "pipe:1", clean.name],
        folder=path.parent,
        seconds=SECONDS,
    )
    # A film that was cut off is copied as far as it goes, and ffmpeg ends well: only its complaint tells.
    if answer.code != 0 or "partial file" in answer.complaints or "File ended prematurely" in answer.complaints:
        raise UploadError(UploadErrorCode.VIDEO_UNREADABLE, name=name)
    times = re.findall(r"^out_time_us=(\d+)$", answer.output, re.MULTILINE)
    duration = round(int(times[-1]) / 1_000_000) if times else None
    at = str(POSTER_AT_SECONDS if duration and duration > POSTER_AT_SECONDS else 0)
    frame = ["-ss", at, "-i", clean.name, "-frames:v", "1", "-vf", "scale=w='min(1600,iw)':h=-2", "-threads", "1"]
    answer = run_limited([*start, *frame, poster.name], folder=path.parent, seconds=SECONDS)
    if answer.code != 0 or not poster.exists():
        raise UploadError(UploadErrorCode.VIDEO_UNREADABLE, name=name)
    return Film(clean, ending, poster, duration)
