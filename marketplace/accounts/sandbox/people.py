"""Who can log in. A person is a name: the same name is the same person, today and after a restart."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

# The third and fourth are there for what their names do to programs.
PERSONAS = ("林小满", "周野", "阿拉蕾🍡", "O'Neil <b>李四</b>")
LONGEST_NAME = 32


def _digest(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Person:
    """Somebody with an account at one of the houses."""

    name: str

    def openid(self, app_id: str) -> str:
        """What one app calls this person: 28 characters beginning with `o`, as at WeChat."""
        return "o" + _digest("openid", app_id, self.name)[:27]

    def qq_openid(self, app_id: str) -> str:
        """The same at QQ: 32 hexadecimal digits."""
        return _digest("qq", app_id, self.name)[:32].upper()

    def unionid(self, house: str) -> str:
        """What all apps of one owner at a house call this person."""
        digest = _digest("unionid", house, self.name)
        return f"UID_{digest[:32].upper()}" if house == "qq" else "o" + digest[:27]

    @property
    def weibo_uid(self) -> int:
        """The number of this person at Weibo."""
        return 1_000_000_000 + int(_digest("weibo", self.name)[:8], 16)
