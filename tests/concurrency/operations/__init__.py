"""Everything that can happen to the money of an order, each as one operation on one order, through the real services.

An operation takes its choices from a `Roll` drawn beforehand, looks up what it needs, and calls one service. A refusal
that the services promise (a DomainError) is an answer; any other exception fails the race. `needs` are the facts about
an order (facts.py) of which one must hold for the operation to have something to do: two operations can meet where one
situation gives both of them work.
"""

from tests.concurrency.operations import changes, disputes, house, orders, sellers
from tests.concurrency.operations.registry import OPERATIONS, Operation, WronglyAnswered, is_promised, post

__all__ = [
    "OPERATIONS",
    "Operation",
    "WronglyAnswered",
    "changes",
    "disputes",
    "house",
    "is_promised",
    "orders",
    "post",
    "sellers",
]
