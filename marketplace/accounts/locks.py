"""The only place of accounts that takes row locks (docs/locking.md). The person first, then what belongs to them."""

from django.db import connection

from marketplace.accounts.models import Block, DataExport, SkillSuggestion, User, UserProfile, UserVerification


def lock_user(user_id: int) -> User:
    """Lock one person until the transaction ends. Raises User.DoesNotExist."""
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)


def lock_users(*user_ids: int) -> dict[int, User]:
    """Lock several people until the transaction ends, ascending by key. Raises User.DoesNotExist when one is missing."""
    rows = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(user_ids)).order_by("pk")
    found = {user.pk: user for user in rows}
    if found.keys() != set(user_ids):
        raise User.DoesNotExist
    return found


def lock_block(block_id: int) -> Block:
    """A block until the transaction ends. Raises Block.DoesNotExist."""
    return Block.objects.select_for_update(of=("self",), no_key=True).get(pk=block_id)


def lock_verifications(user_id: int, kind: str) -> list[UserVerification]:
    """Lock all cases of a person about one fact, ascending by key: a new one that is approved ends the old one."""
    rows = UserVerification.objects.filter(user_id=user_id, kind=kind).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def lock_profile(profile_id: int) -> UserProfile:
    """A profile until the transaction ends: its address, its limits, the order of its portfolio."""
    return UserProfile.objects.select_for_update(of=("self",), no_key=True).get(pk=profile_id)


def lock_suggestion(suggestion_id: int) -> SkillSuggestion:
    """A suggested skill until the transaction ends. Raises SkillSuggestion.DoesNotExist."""
    return SkillSuggestion.objects.select_for_update(of=("self",), no_key=True).get(pk=suggestion_id)


def hold_people(*user_ids: int) -> bool:
    """Keep accounts from being closed until the transaction ends; returns whether all of them are open.

    Shared: orders of one seller do not wait for each other, only for a closing, and a closing for them (`FOR SHARE`, for
    which Django has no word). The foreign keys of the new row would not do: Django's are checked at the commit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_active FROM accounts_user WHERE id = ANY(%s) ORDER BY id FOR SHARE", [list(set(user_ids))]
        )
        return [is_active for (is_active,) in cursor.fetchall()] == [True] * len(set(user_ids))


def lock_export(export_id: int) -> DataExport:
    """Lock one copy of somebody's data. Raises DataExport.DoesNotExist."""
    return DataExport.objects.select_for_update(of=("self",), no_key=True).get(pk=export_id)
