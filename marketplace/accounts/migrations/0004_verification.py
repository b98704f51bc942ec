"""Identity papers, their check and their review. The indexes follow in 0008, made beside the running portal."""

import django.db.models.deletion
import marketplace.accounts.models.verification
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_devices'),
    ]

    operations = [
        migrations.CreateModel(
            name='VerificationPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('front', 'Identity card, side with the portrait'), ('back', 'Identity card, side with the emblem'), ('licence', 'Business licence')], max_length=8, verbose_name='kind')),
                ('file', models.FileField(storage=marketplace.accounts.models.verification.private_storage, upload_to='', verbose_name='file')),
                ('content_type', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='userverification',
            name='check_attempts',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='userverification',
            name='check_due_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='userverification',
            name='check_reference',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='number of the automated check'),
        ),
        migrations.AddField(
            model_name='userverification',
            name='check_result',
            field=models.CharField(blank=True, db_default='', default='', choices=[('match', 'Name and number belong together'), ('mismatch', 'Name and number do not belong together'), ('unknown', 'No answer yet')], max_length=8, verbose_name='automated check'),
        ),
        migrations.AddField(
            model_name='userverification',
            name='company_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='company'),
        ),
        migrations.AddField(
            model_name='userverification',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='ended at'),
        ),
        migrations.AddField(
            model_name='userverification',
            name='expiry_notice_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='userverification',
            name='is_barred',
            field=models.BooleanField(db_default=False, default=False, verbose_name='this identity may not be used again'),
        ),
        migrations.AddField(
            model_name='userverification',
            name='mail_due_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='userverification',
            name='number_digest',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='userverification',
            name='number_encrypted',
            field=models.TextField(blank=True, db_default='', default='', editable=False),
        ),
        migrations.AddField(
            model_name='userverification',
            name='number_masked',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='number'),
        ),
        migrations.AddField(
            model_name='userverification',
            name='papers_deleted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='papers deleted at'),
        ),
        migrations.AddField(
            model_name='userverification',
            name='reason_code',
            field=models.CharField(blank=True, db_default='', default='', choices=[('unreadable', 'The papers cannot be read'), ('incomplete', 'A side or a page is missing'), ('mismatch', 'What was typed and what the papers say differ'), ('expired', 'The papers are no longer valid'), ('not_own', 'The papers belong to somebody else'), ('forged', 'The papers look altered'), ('other', 'Another reason')], max_length=12, verbose_name='kind of reason'),
        ),
        migrations.AddField(
            model_name='userverification',
            name='representative_encrypted',
            field=models.TextField(blank=True, db_default='', default='', editable=False),
        ),
        migrations.AddField(
            model_name='userverification',
            name='valid_until',
            field=models.DateField(blank=True, null=True, verbose_name='valid until'),
        ),
        migrations.AlterField(
            model_name='consentrecord',
            name='document',
            field=models.CharField(choices=[('terms', 'Terms of service'), ('privacy', 'Privacy policy'), ('identity', 'Handling of identity papers')], max_length=10, verbose_name='document'),
        ),
        migrations.AlterField(
            model_name='userverification',
            name='status',
            field=models.CharField(choices=[('pending', 'Waiting for review'), ('approved', 'Verified'), ('rejected', 'Rejected'), ('expired', 'Expired'), ('revoked', 'Revoked'), ('withdrawn', 'Withdrawn')], default='pending', max_length=10, verbose_name='status'),
        ),
        AddConstraintNotValid(
            model_name='userverification',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'approved', 'rejected', 'expired', 'revoked', 'withdrawn'])), name='accounts_verification_status_known'),
        ),
        migrations.AddField(
            model_name='verificationpaper',
            name='verification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='accounts.userverification'),
        ),
        migrations.AddConstraint(
            model_name='verificationpaper',
            constraint=models.UniqueConstraint(fields=('verification', 'kind'), name='accounts_paper_once'),
        ),
    ]
