"""The only place of accounts that takes row locks (docs/locking.md)."""

from marketplace.accounts.models import DataExport, User


def lock_person(user_id: int) -> User:
    """Lock a person against everything that is about to point at them, until the transaction ends.

    Stronger than the other locks of the house (FOR UPDATE): an order that is being placed holds the weak lock of its
    foreign key on both people, so closing waits for it and then sees it, and an order that comes later waits for the closing and
    then sees that (orders.services.placing looks once more after it wrote). Raises User.DoesNotExist.
    """
    return User.objects.select_for_update(of=("self",)).get(pk=user_id)


def lock_export(export_id: int) -> DataExport:
    """Lock one copy of somebody's data. Raises DataExport.DoesNotExist."""
    return DataExport.objects.select_for_update(of=("self",), no_key=True).get(pk=export_id)
