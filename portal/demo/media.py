"""The demo's pictures and files in the storages: copied once, found again by name."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage, storages
from PIL import Image

from marketplace.gigs.content import PictureContent
from marketplace.uploads.pictures import WIDTHS, Encoded, encoded, placeholder_of, scaled, share_picture
from portal.demo.sources import MEDIA

FOLDERS = ("covers", "portraits", "portfolio")
GALLERIES = ("covers", "portfolio")  # what stands in galleries of services


@dataclass(frozen=True)
class Picture:
    """A stored picture: its name in the default storage, its size in pixels, and what `{% picture %}` shows of it."""

    name: str
    width: int
    height: int
    renditions: tuple[dict[str, Any], ...] = ()
    placeholder: str = ""

    def content(self, alt_text: str) -> PictureContent:
        """As a part of a gallery."""
        return PictureContent(
            self.name, alt_text, self.width, self.height, renditions=self.renditions, placeholder=self.placeholder
        )


@dataclass(frozen=True)
class PrivateFile:
    """A stored file of orders: name in the private storage, name for people, size in bytes, checksum."""

    stored: str
    name: str
    size: int
    sha256: str


_PRIVATE_TEXTS = {
    "说明.txt": (
        "本次交付说明\n\n1. 文件夹按用途分好：给屏幕看的、给印刷用的、可以再改的源文件。\n"
        "2. 文件名末尾的日期是定稿日，同名文件以日期新的为准。\n3. 使用的字体、图片与素材来源列在最后。\n"
    ),
    "文件清单.txt": "文件清单\n\n01 成品\n02 源文件\n03 预览图\n04 使用说明\n\n四项齐全即为完整交付，缺任何一项请告诉我。\n",
    "使用提示.txt": "使用提示\n\n第一次打开请先看预览图，确认与约定一致再往下用。\n改动之前另存一份，原件留着。\n",
    "验收对照表.txt": "验收对照表\n\n[x] 内容与需求说明一致\n[x] 数量与套餐一致\n[x] 在两种设备上打开过\n[ ] 等您确认\n",
}
REFERENCE_TEXT = "参考资料\n\n附件里是我们现在用的几份东西，颜色和说法以最新的一份为准。\n"


def copy_pictures() -> dict[str, Picture]:
    """Put covers, portraits and portfolio into the default storage under demo/; by `folder/file name`."""
    files = [(folder, file) for folder in FOLDERS for file in sorted((MEDIA / folder).glob("*.webp"))]
    # Pillow lets go of the interpreter while it scales and encodes: the threads use every core.
    with ThreadPoolExecutor() as pool:
        pictures = pool.map(lambda one: _copy_picture(*one), files)
        return {f"{folder}/{file.name}": picture for (folder, file), picture in zip(files, pictures, strict=True)}


def _copy_picture(folder: str, file: Path) -> Picture:
    name = f"demo/{folder}/{file.name}"
    _save_once(default_storage, name, file.read_bytes())
    with Image.open(file) as picture:
        pixels = picture.convert("RGB")
    if folder not in GALLERIES:
        return Picture(name, pixels.width, pixels.height)
    # No AVIF: 320 pictures would take a minute of the first start, and WebP of these drawings is as small.
    made = [encoded(scaled(pixels, width), "webp") for width in WIDTHS if width < pixels.width]
    made += [share_picture(pixels)] if folder == "covers" else []
    renditions = [{"width": one.width, "height": one.height, one.form: _store_size(name, one)} for one in made]
    renditions.append({"width": pixels.width, "height": pixels.height, "webp": name})
    return Picture(name, pixels.width, pixels.height, tuple(renditions), placeholder_of(pixels))


def _store_size(name: str, one: Encoded) -> str:
    stored = f"{name.removesuffix('.webp')}-{one.width}.{one.form}"
    _save_once(default_storage, stored, one.content)
    return stored


def store_delivery_files() -> list[PrivateFile]:
    """The few small files that all deliveries of the demo share, with real checksums."""
    return [_store_text(name, text) for name, text in _PRIVATE_TEXTS.items()]


def store_reference_file() -> PrivateFile:
    """What buyers attach where a gig asks for a file."""
    return _store_text("参考资料.txt", REFERENCE_TEXT)


def _store_text(name: str, text: str) -> PrivateFile:
    content = text.encode()
    checksum = hashlib.sha256(content).hexdigest()
    stored, storage = f"demo/{checksum[:16]}.txt", storages["private"]
    _save_once(storage, stored, content)
    return PrivateFile(stored, name, len(content), checksum)


def _save_once(storage: Storage, name: str, content: bytes) -> None:
    if not storage.exists(name):
        storage.save(name, ContentFile(content))
