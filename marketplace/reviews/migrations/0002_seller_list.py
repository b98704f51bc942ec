"""An index, made beside the running portal (as ledger 0005)."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('gigs', '0001_initial'),
        ('orders', '0002_money'),
        ('reviews', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='review',
            index=models.Index(condition=models.Q(('published_at__isnull', False), ('side', 'buyer')), fields=['subject', '-published_at'], name='reviews_review_seller_list'),
        ),
    ]
