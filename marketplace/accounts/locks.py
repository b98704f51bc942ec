"""The only place of accounts that takes row locks (docs/locking.md)."""

from marketplace.accounts.models import User


def lock_user(user_id: int) -> User:
    """Lock one person's row until the transaction ends: their ways to log in change one after the other.

    Raises User.DoesNotExist.
    """
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
