"""Finance's pages of the books go by date. Made beside the running posting: a plain CREATE INDEX would hold it up."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0004_money_guards")]
    operations = [
        AddIndexConcurrently(
            "transaction", models.Index(fields=["created_at", "id"], name="ledger_transaction_time")
        )
    ]
