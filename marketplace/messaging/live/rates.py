"""How much one person may send over sockets. What a sender may write in a longer time is the services' rule."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bucket:
    """Holds `size` at most and fills up by `per_second`."""

    size: float
    per_second: float
    left: float = field(init=False)
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.left = self.size

    def take(self) -> bool:
        """Whether there is one more."""
        now = time.monotonic()
        self.left = min(self.size, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True

    @property
    def seconds_until_next(self) -> float:
        """How long to wait for one."""
        return max(0.0, (1 - self.left) / self.per_second)
