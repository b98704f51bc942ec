"""The room of custom offers and briefs."""

import django.db.models.deletion
import marketplace.offers.models.briefs
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('gigs', '0003_services_data'),
        ('orders', '0004_order_life'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Brief',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('story', models.TextField(max_length=3000, verbose_name='what is to be done')),
                ('budget_min_fen', models.BigIntegerField(blank=True, null=True, verbose_name='budget from, in fen')),
                ('budget_max_fen', models.BigIntegerField(verbose_name='budget up to, in fen')),
                ('wanted_by', models.DateField(verbose_name='wanted by')),
                ('status', models.CharField(choices=[('open', 'Takes offers'), ('chosen', 'Offer chosen'), ('closed', 'Closed'), ('expired', 'Expired'), ('denied', 'Taken down')], default='open', max_length=8, verbose_name='status')),
                ('published_at', models.DateTimeField(verbose_name='published at')),
                ('expires_at', models.DateTimeField(verbose_name='open until')),
                ('announced_at', models.DateTimeField(blank=True, null=True, verbose_name='sellers told at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='briefs', to=settings.AUTH_USER_MODEL, verbose_name='buyer')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='gigs.gigcategory', verbose_name='category')),
            ],
            options={
                'verbose_name': 'brief',
                'verbose_name_plural': 'briefs',
                'ordering': ['-published_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='BriefFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(storage=marketplace.offers.models.briefs.private_storage, upload_to='briefs/%Y/%m', verbose_name='file')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('size', models.BigIntegerField(verbose_name='size in bytes')),
                ('brief', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='offers.brief')),
            ],
            options={
                'verbose_name': 'file of a brief',
                'verbose_name_plural': 'files of briefs',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='BriefInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(verbose_name='told at')),
                ('brief', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='offers.brief')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'seller told of a brief',
                'verbose_name_plural': 'sellers told of briefs',
            },
        ),
        migrations.CreateModel(
            name='Negotiation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('brief', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='negotiations', to='offers.brief', verbose_name='brief')),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='buyer')),
                ('gig', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='gigs.gig', verbose_name='service')),
                ('order', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order', verbose_name='order')),
                ('plan', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.milestoneplan', verbose_name='agreement in stages')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='seller')),
            ],
            options={
                'verbose_name': 'negotiation',
                'verbose_name_plural': 'negotiations',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('status', models.CharField(choices=[('open', 'Waiting for the answer'), ('accepted', 'Agreed'), ('countered', 'Countered'), ('declined', 'Declined'), ('withdrawn', 'Taken back'), ('expired', 'Expired'), ('overtaken', 'Not chosen')], default='open', max_length=10, verbose_name='status')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('scope', models.TextField(max_length=2000, verbose_name='what is delivered')),
                ('total_fen', models.BigIntegerField(verbose_name='price in fen')),
                ('delivery_days', models.PositiveSmallIntegerField(verbose_name='delivery days')),
                ('revisions', models.PositiveSmallIntegerField(verbose_name='revisions')),
                ('questions', models.JSONField(blank=True, default=list, verbose_name='questions to the buyer')),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='message')),
                ('created_at', models.DateTimeField(verbose_name='sent at')),
                ('expires_at', models.DateTimeField(verbose_name='valid until')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('reason', models.CharField(blank=True, choices=[('price', 'The price does not fit'), ('time', 'It takes too long'), ('scope', 'It is not what is needed'), ('chose_another', 'Somebody else does it'), ('not_needed', 'It is no longer needed'), ('other', 'Something else')], max_length=15, verbose_name='reason')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='words of the answer')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('negotiation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='offers.negotiation')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'custom offer',
                'verbose_name_plural': 'custom offers',
                'ordering': ['negotiation', 'number'],
            },
        ),
        migrations.CreateModel(
            name='OfferStage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('description', models.CharField(blank=True, max_length=500, verbose_name='what is delivered')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
                ('delivery_days', models.PositiveSmallIntegerField(verbose_name='delivery days')),
                ('revisions', models.PositiveSmallIntegerField(verbose_name='revisions')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='offers.offer')),
            ],
            options={
                'verbose_name': 'stage of an offer',
                'verbose_name_plural': 'stages of offers',
                'ordering': ['offer', 'position'],
            },
        ),
        migrations.AddIndex(
            model_name='brief',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['-published_at', '-id'], name='offers_brief_open'),
        ),
        migrations.AddIndex(
            model_name='brief',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['category', '-published_at', '-id'], name='offers_brief_of_category'),
        ),
        migrations.AddIndex(
            model_name='brief',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['expires_at'], name='offers_brief_clock'),
        ),
        migrations.AddIndex(
            model_name='brief',
            index=models.Index(condition=models.Q(('announced_at', None), ('status', 'open')), fields=['id'], name='offers_brief_to_announce'),
        ),
        migrations.AddConstraint(
            model_name='brief',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'chosen', 'closed', 'expired', 'denied'])), name='offers_brief_known_status'),
        ),
        migrations.AddConstraint(
            model_name='brief',
            constraint=models.CheckConstraint(condition=models.Q(('budget_max_fen__gt', 0), models.Q(('budget_min_fen', None), models.Q(('budget_min_fen__gt', 0), ('budget_min_fen__lte', models.F('budget_max_fen'))), _connector='OR')), name='offers_brief_budget'),
        ),
        migrations.AddConstraint(
            model_name='brief',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'open'), ('ended_at__isnull', False), _connector='XOR'), name='offers_brief_ended'),
        ),
        migrations.AddIndex(
            model_name='briefinvitation',
            index=models.Index(fields=['seller', '-created_at'], name='offers_told_lately'),
        ),
        migrations.AddConstraint(
            model_name='briefinvitation',
            constraint=models.UniqueConstraint(fields=('brief', 'seller'), name='offers_invited_once'),
        ),
        migrations.AddIndex(
            model_name='negotiation',
            index=models.Index(fields=['buyer', 'seller'], name='offers_between_two'),
        ),
        migrations.AddConstraint(
            model_name='negotiation',
            constraint=models.CheckConstraint(condition=models.Q(('buyer', models.F('seller')), _negated=True), name='offers_negotiation_two_people'),
        ),
        migrations.AddConstraint(
            model_name='negotiation',
            constraint=models.CheckConstraint(condition=models.Q(('order__isnull', True), ('plan__isnull', True), _connector='OR'), name='offers_negotiation_one_outcome'),
        ),
        migrations.AddConstraint(
            model_name='negotiation',
            constraint=models.UniqueConstraint(condition=models.Q(('brief__isnull', False)), fields=('brief', 'seller'), name='offers_one_answer_of_a_seller'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['expires_at'], name='offers_offer_clock'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'accepted', 'countered', 'declined', 'withdrawn', 'expired', 'overtaken'])), name='offers_offer_known_status'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(fields=('negotiation', 'number'), name='offers_offer_number'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('negotiation',), name='offers_one_open_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'accepted')), fields=('negotiation',), name='offers_one_accepted'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'open'), ('answered_at__isnull', False), _connector='XOR'), name='offers_offer_answered_when'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('total_fen__gt', 0), ('delivery_days__gt', 0)), name='offers_offer_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='offerstage',
            constraint=models.UniqueConstraint(fields=('offer', 'position'), name='offers_stage_position'),
        ),
        migrations.AddConstraint(
            model_name='offerstage',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('delivery_days__gt', 0)), name='offers_stage_amount_positive'),
        ),
    ]
