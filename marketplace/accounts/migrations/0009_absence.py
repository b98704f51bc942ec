"""An absence may begin later, have an open end, and take orders all the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_verification_indexes")]
    operations = [
        migrations.AddField(
            "userprofile", "away_from", models.DateField(blank=True, null=True, verbose_name="away from")
        ),
        migrations.AddField(
            "userprofile",
            "away_takes_orders",
            models.BooleanField(db_default=False, default=False, verbose_name="takes orders while away"),
        ),
    ]
