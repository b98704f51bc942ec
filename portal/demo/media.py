"""The demo's pictures and files in the storages: copied once, found again by name."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage, storages
from PIL import Image

from portal.demo.sources import MEDIA

FOLDERS = ("covers", "portraits", "portfolio")


@dataclass(frozen=True)
class Picture:
    """A stored picture: its name in the default storage, and its size in pixels."""

    name: str
    width: int
    height: int


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
    return {
        f"{folder}/{file.name}": _copy_picture(folder, file)
        for folder in FOLDERS
        for file in sorted((MEDIA / folder).glob("*.webp"))
    }


def _copy_picture(folder: str, file: Path) -> Picture:
    name = f"demo/{folder}/{file.name}"
    with Image.open(file) as picture:
        width, height = picture.size
    if not default_storage.exists(name):
        with file.open("rb") as content:
            default_storage.save(name, File(content))
    return Picture(name, width, height)


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
