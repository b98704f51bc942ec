"""Which year of tax a payout belongs to. No payout exists before this migration."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_auditrun")]

    operations = [
        migrations.AddField(
            model_name="payout",
            name="tax_year",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="payments.taxyear"
            ),
        ),
    ]
