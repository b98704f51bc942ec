from marketplace.core.transitions import Transition, TransitionTable
from marketplace.orders.states import OrderStatus

TABLE = TransitionTable(
    (
        Transition(OrderStatus.DELIVERED, OrderStatus.COMPLETED, frozenset({"buyer", "system"})),
        Transition(OrderStatus.IN_PROGRESS, OrderStatus.DELIVERED, frozenset({"seller"})),
    )
)


def test_a_move_in_the_table_is_open_to_its_actors_only():
    assert TABLE.allows(OrderStatus.DELIVERED, OrderStatus.COMPLETED, "buyer")
    assert TABLE.allows(OrderStatus.DELIVERED, OrderStatus.COMPLETED, "system")
    assert not TABLE.allows(OrderStatus.DELIVERED, OrderStatus.COMPLETED, "seller")


def test_a_move_that_is_not_in_the_table_is_open_to_nobody():
    assert not TABLE.allows(OrderStatus.COMPLETED, OrderStatus.DELIVERED, "buyer")
    assert not TABLE.allows(OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED, "seller")
    assert not TABLE.allows(OrderStatus.DELIVERED, OrderStatus.DELIVERED, "buyer")
