import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gigs", "0003_advertising_words")]

    operations = [
        migrations.AlterField(
            model_name="gig",
            name="category",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gigs",
                to="gigs.gigcategory",
                verbose_name="subcategory",
            ),
        ),
    ]
