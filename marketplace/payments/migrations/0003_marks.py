"""Who paid and where money is paid out to, as keyed hashes. Filled from now on: what the gateways said before was not kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_money")]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="payer_mark",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="payoutdestination",
            name="account_mark",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
    ]
