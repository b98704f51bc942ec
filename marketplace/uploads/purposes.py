"""What files are wanted for. A room above registers its purposes in its `apps.ready`; this room knows none of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from marketplace.accounts.models import User
from marketplace.uploads.models import Upload, UploadKind

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class KindLimit:
    """How large a file of a kind may be, and how many at once."""

    megabytes: int
    count: int

    @property
    def bytes(self) -> int:
        return self.megabytes * MEGABYTE


@dataclass(frozen=True)
class Purpose:
    """One use of uploads.

    `is_shared`: links to these pictures are shown elsewhere, so that each gets a JPEG too (pictures.share_picture).
    `may_send` is given a person and a subject, which browsers may write as they like: whether this person may send files for it
    now. `storage` is the alias of where results go: `default` is served to everybody, `private` only through a view.
    Where `kinds` has FILE, everything is such a file: kept as it came, hashed and sniffed, never changed; its storage is
    `private`. `watermark` is then given the subject and says what is written over previews; None makes none.
    `note` is given a file that is ready and says what its owner should know of it before it is used; "" where that is nothing.
    `still_used` is given a person's id and says which names of stored files that person's things still need, in whatever
    revision is kept; collecting asks it before anything is deleted.
    """

    key: str
    kinds: Mapping[UploadKind, KindLimit]
    folder: str
    still_used: Callable[[int], set[str]]
    may_send: Callable[[User, str], bool]
    storage: str = "default"
    is_shared: bool = False
    watermark: Callable[[str], str] | None = None
    note: Callable[[Upload], str] | None = None

    @property
    def keeps_files(self) -> bool:
        """Whether files stay as they came, where they came in."""
        return UploadKind.FILE in self.kinds

    @property
    def incoming_folder(self) -> str:
        """Where files come in through the app: what is kept lies there for good, out of reach of the sweep of `incoming/`."""
        return self.folder if self.keeps_files else "incoming"


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Add a purpose; the same key again replaces it. Raises ValueError for files of any type in a storage that is not private."""
    if purpose.keeps_files and purpose.storage != "private":
        raise ValueError(f"{purpose.key} would serve files of any type to everybody")
    _purposes[purpose.key] = purpose


def get_purpose(key: str) -> Purpose | None:
    """The purpose of this key, if a room has registered it."""
    return _purposes.get(key)


def takes_videos() -> bool:
    """Whether any purpose takes films."""
    return any(UploadKind.VIDEO in purpose.kinds for purpose in _purposes.values())


def largest_megabytes() -> int:
    """The size of the largest file that any purpose takes."""
    return max((limit.megabytes for purpose in _purposes.values() for limit in purpose.kinds.values()), default=0)
