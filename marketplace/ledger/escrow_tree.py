"""The arithmetic of proof of escrow: a Merkle tree whose nodes carry sums. No database here.

Format, the same in `static/downloads/verify_escrow.py` and `static/js/escrow-verifier.js` (SHA-256 over text, lines
joined by a line feed, hashes and salts in lower-case hex, amounts in fen as decimal numbers):

    leaf    leaf | salt | account | amount
    node    node | left hash | left sum | right hash | right sum        sum = left sum + right sum
    empty   empty                                                       the root of a branch without lines
    root    a node: left the branch of escrows, right the branch of balances
    chain   day | chain before | day | root | total | lines of escrow | lines of balances | held | seal of the books

A node hashes both children's sums, each by itself: in Maxwell's first scheme it hashed only their total, and the
operator could show every user a smaller sum beside theirs (Hu, Zhang, Guo, "Breaking the binding", 2019). No sum is
negative, so no line can hide another. The first word keeps leaves and nodes apart. An odd node rises unchanged
instead of being doubled, which would count its sum twice (CVE-2012-2459).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

NODE_BYTES, NODES_PER_CHUNK = 40, 256
LARGEST_SUM = 2**53 - 1  # what a browser's numbers hold exactly: 90 million million yuan


class Node(NamedTuple):
    """A hash and the sum of everything below it, in fen."""

    hash: bytes
    sum_fen: int


class Step(NamedTuple):
    """The neighbour on one level of the way up, and on which side it stands."""

    side: Literal["left", "right"]
    node: Node


def digest(*parts: str) -> bytes:
    """SHA-256 over the parts, one a line."""
    return hashlib.sha256("\n".join(parts).encode()).digest()


EMPTY = Node(digest("empty"), 0)


def leaf(*, salt: bytes, account: str, amount_fen: int) -> Node:
    """The leaf of one line. Raises ValueError for a negative amount or an account that could pass for two lines."""
    if "\n" in account:
        raise ValueError("an account is one line of text")
    return Node(digest("leaf", salt.hex(), account, str(_checked(amount_fen))), amount_fen)


def parent(left: Node, right: Node) -> Node:
    """The node above two nodes. Raises ValueError for a sum below zero or beyond what a browser can add."""
    sum_fen = _checked(_checked(left.sum_fen) + _checked(right.sum_fen))
    return Node(digest("node", left.hash.hex(), str(left.sum_fen), right.hash.hex(), str(right.sum_fen)), sum_fen)


def climb(start: Node, path: Sequence[Step]) -> Node:
    """The root that a leaf and its path lead to. Raises ValueError for a negative sum on the way."""
    node = start
    for step in path:
        node = parent(step.node, node) if step.side == "left" else parent(node, step.node)
    return node


def _checked(sum_fen: int) -> int:
    if not 0 <= sum_fen <= LARGEST_SUM:
        raise ValueError(f"a sum of {sum_fen} fen cannot stand in the tree")
    return sum_fen


def pack(node: Node) -> bytes:
    """Forty bytes of storage."""
    return node.hash + node.sum_fen.to_bytes(8, "big")


def unpack(stored: bytes, index: int) -> Node:
    """The node at a place of a packed run."""
    part = stored[index * NODE_BYTES : (index + 1) * NODE_BYTES]
    return Node(bytes(part[:32]), int.from_bytes(part[32:], "big"))


@dataclass
class _Level:
    count: int = 0
    waiting: Node | None = None
    buffer: bytearray = field(default_factory=bytearray)


@dataclass
class TreeBuilder:
    """Takes leaves one by one and hands out full runs of nodes: memory grows with the height, not with the leaves."""

    store: Callable[[int, int, bytes], None]  # level, number of the chunk, packed nodes
    levels: list[_Level] = field(default_factory=list)

    def add(self, node: Node) -> None:
        """The next leaf."""
        self._push(0, node)

    def finish(self) -> Node:
        """The root; nothing may be added afterwards."""
        if not self.levels:
            return EMPTY
        level = 0
        while self.levels[level].count > 1:
            odd = self.levels[level].waiting
            if odd is not None:
                self._push(level + 1, odd)
            level += 1
        root = self.levels[level].waiting
        assert root is not None  # noqa: S101 the only node of its level
        for number, row in enumerate(self.levels):
            if row.buffer:
                self._flush(number, row, row.count // NODES_PER_CHUNK)
        return root

    def _push(self, number: int, node: Node) -> None:
        if number == len(self.levels):
            self.levels.append(_Level())
        level = self.levels[number]
        level.buffer += pack(node)
        level.count += 1
        if level.count % NODES_PER_CHUNK == 0:
            self._flush(number, level, level.count // NODES_PER_CHUNK - 1)
        if level.waiting is None:
            level.waiting = node
        else:
            left, level.waiting = level.waiting, None
            self._push(number + 1, parent(left, node))

    def _flush(self, number: int, level: _Level, chunk: int) -> None:
        self.store(number, chunk, bytes(level.buffer))
        level.buffer.clear()


def siblings(position: int, lines: int) -> list[tuple[int, int]]:
    """Level and index of every neighbour on the way from a leaf to the root of a branch with that many lines."""
    found, level = [], 0
    while lines > 1:
        if (neighbour := position ^ 1) < lines:
            found.append((level, neighbour))
        position, lines, level = position // 2, (lines + 1) // 2, level + 1
    return found
