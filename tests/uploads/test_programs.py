"""Programs that look into files of strangers are held short: each limit is seen to hold."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

from marketplace.uploads import programs, videos
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.programs import run_limited
from tests.uploads import files

# Its limits come a moment after its start: it waits for the last of them.
START = "import resource, time\nwhile resource.getrlimit(resource.RLIMIT_CPU)[0] < 0: time.sleep(0.01)\n"


def run(code: str, folder: Path, *, seconds: int = 20) -> programs.Answer:
    return run_limited([sys.executable, "-c", START + code], folder=folder, seconds=seconds)


def test_a_program_within_its_limits_ends_well(tmp_path):
    answer = run("open('a', 'wb').write(b'x' * 1000); print('done')", tmp_path)
    assert (answer.code, answer.output) == (0, "done\n")


def test_a_program_gets_no_more_memory_than_its_limit(tmp_path):
    answer = run("bytearray(1_600 * 1024 * 1024); print('done')", tmp_path)
    assert answer.code == 1
    assert "MemoryError" in answer.complaints


def test_a_program_writes_no_larger_file_than_its_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "OUTPUT_BYTES", 1024 * 1024)
    answer = run("open('a', 'wb').write(b'x' * 2_000_000); print('done')", tmp_path)
    assert answer.code != 0
    assert (tmp_path / "a").stat().st_size <= 1024 * 1024


def test_a_program_has_no_more_seconds_of_a_processor_than_of_the_clock(tmp_path):
    answer = run("import resource; print(resource.getrlimit(resource.RLIMIT_CPU)[0])", tmp_path, seconds=7)
    assert answer.output == "7\n"


def test_a_program_that_only_waits_is_ended(tmp_path):
    answer = run("time.sleep(60)", tmp_path, seconds=1)
    assert answer.code is None


def test_a_program_sees_nothing_of_our_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of the tests")
    answer = run("import os; print(os.environ.get('SECRET_KEY'), os.environ['HOME'])", tmp_path)
    assert answer.output == f"None {tmp_path}\n"


def read(path: Path) -> videos.Film:
    return videos.read_film(path, mime="video/mp4", name="a.mp4")


def test_ffmpeg_reads_a_film_as_the_film_that_its_bytes_say_it_is_and_follows_no_list(tmp_path):
    """Left to itself it would take the list for a film, and open what it names."""
    (tmp_path / "other.mp4").write_bytes(files.film(tmp_path))
    arrived = tmp_path / "arrived"
    arrived.write_text("ffconcat version 1.0\nfile other.mp4\n")
    followed = subprocess.run(
        [settings.FFMPEG, "-v", "error", "-i", arrived.name, "-c", "copy", "followed.mp4"], cwd=tmp_path, check=False
    )
    assert followed.returncode == 0
    with pytest.raises(UploadError) as caught:
        read(arrived)
    assert caught.value.code == UploadErrorCode.VIDEO_UNREADABLE


def test_ffmpeg_opens_files_and_nothing_else_even_where_it_would_follow_a_list(tmp_path, monkeypatch):
    """The second wall, should a reader be chosen one day that follows addresses: it would decrypt by itself, for example."""
    film = tmp_path / "film.ts"
    (tmp_path / "film.mp4").write_bytes(files.film(tmp_path))
    convert = [settings.FFMPEG, "-v", "error", "-i", "film.mp4", "-c:v", "mpeg2video", "film.ts"]
    subprocess.run(convert, cwd=tmp_path, check=True)
    arrived, clean = tmp_path / "arrived", tmp_path / "clean.mp4"
    monkeypatch.setitem(videos.CONTAINERS, "video/mp4", ("hls", "mp4"))

    key, start = b"k" * 16, b"\0" * 16
    padding = 16 - film.stat().st_size % 16
    locked = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    (tmp_path / "locked.ts").write_bytes(locked.update(film.read_bytes() + bytes([padding]) * padding))
    (tmp_path / "key.ts").write_bytes(key)

    def was_followed(*lines: str) -> bool:
        clean.unlink(missing_ok=True)
        arrived.write_bytes(files.playlist(*lines))
        with pytest.raises(UploadError):  # at the latest over the poster: what was copied is no list
            read(arrived)
        return clean.exists() and clean.stat().st_size > 0

    assert not was_followed(f'#EXT-X-KEY:METHOD=AES-128,URI="key.ts",IV=0x{start.hex()}', "locked.ts")
    assert was_followed("film.ts")  # it is the way there that was refused, not the list
