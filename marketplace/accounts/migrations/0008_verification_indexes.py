"""What verifications are looked up by, and what there is one of. Made beside the running portal (as ledger 0005)."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


def one(name: str, fields: tuple[str, ...], condition: Q, where: str) -> migrations.RunSQL:
    """A unique constraint with a condition, which is an index; Django has no operation that makes one concurrently."""
    columns = ", ".join("user_id" if field == "user" else field for field in fields)
    return migrations.RunSQL(
        sql=f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON accounts_userverification ({columns}) WHERE {where}",
        reverse_sql=f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        state_operations=[
            migrations.AddConstraint(
                "userverification", models.UniqueConstraint(fields=fields, condition=condition, name=name)
            )
        ],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0007_privacy")]
    operations = [
        AddIndexConcurrently(
            "userverification",
            models.Index(fields=["created_at"], condition=Q(status="pending"), name="accounts_verification_queue"),
        ),
        AddIndexConcurrently(
            "userverification",
            models.Index(fields=["number_digest"], condition=~Q(number_digest=""), name="accounts_verification_digest"),
        ),
        AddIndexConcurrently(
            "userverification",
            models.Index(
                fields=["check_due_at"], condition=Q(check_due_at__isnull=False), name="accounts_verification_check"
            ),
        ),
        AddIndexConcurrently(
            "userverification",
            models.Index(
                fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="accounts_verification_mail"
            ),
        ),
        one("accounts_verification_one_pending", ("user", "kind"), Q(status="pending"), "status = 'pending'"),
        one(
            "accounts_verification_one_account",
            ("kind", "number_digest"),
            Q(status="approved") & ~Q(number_digest=""),
            "status = 'approved' AND NOT (number_digest = '')",
        ),
        ValidateConstraint("userverification", "accounts_verification_status_known"),
    ]
