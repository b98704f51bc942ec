"""Which boards somebody may see."""

from marketplace.accounts.models import User
from marketplace.insights.boards.catalogue import boards
from marketplace.insights.boards.definition import Board


def may_see(user: User, board: Board) -> bool:
    """Whether this person holds every permission that a board asks for."""
    return bool(user.has_perms(board.permissions))


def boards_for(user: User) -> list[Board]:
    """The boards that this person may see, in the order of their tabs."""
    return [board for board in boards().values() if may_see(user, board)]
