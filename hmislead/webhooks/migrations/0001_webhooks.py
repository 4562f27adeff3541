import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.tenancy.context
import hmislead.tenancy.fields
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0002_tables_2'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='Delivery',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('event', models.CharField(max_length=60)),
                    ('event_id', models.UUIDField(help_text='The same for every endpoint and every try: receivers tell repeats by it.')),
                    ('happened_at', models.DateTimeField()),
                    ('subject_kind', models.CharField(max_length=40)),
                    ('subject_id', models.UUIDField()),
                    ('data', models.JSONField(default=dict)),
                    ('is_test', models.BooleanField(default=False)),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='waiting', max_length=9)),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                    ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='next try')),
                    ('response_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='last answer')),
                    ('trouble', models.CharField(blank=True, choices=[('', '–'), ('name', 'The host name was not found'), ('private', 'The address leads into a private network, which is never called'), ('unreachable', 'Nothing answered in time'), ('certificate', 'The certificate of the receiver was not accepted'), ('status', 'The receiver answered that it did not take it'), ('secret', 'The signing secret cannot be opened any more; make a new one')], max_length=11)),
                    ('delivered_at', models.DateTimeField(blank=True, null=True)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                ],
                options={
                    'verbose_name_plural': 'deliveries',
                    'ordering': ('-created_at', '-pk'),
                },
            ),
            migrations.CreateModel(
                name='Attempt',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('tried_at', models.DateTimeField()),
                    ('milliseconds', models.PositiveIntegerField()),
                    ('response_status', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('trouble', models.CharField(blank=True, choices=[('', '–'), ('name', 'The host name was not found'), ('private', 'The address leads into a private network, which is never called'), ('unreachable', 'Nothing answered in time'), ('certificate', 'The certificate of the receiver was not accepted'), ('status', 'The receiver answered that it did not take it'), ('secret', 'The signing secret cannot be opened any more; make a new one')], max_length=11)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('delivery', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='webhooks.delivery')),
                ],
                options={
                    'ordering': ('tried_at', 'pk'),
                },
            ),
            migrations.CreateModel(
                name='Due',
                fields=[
                    ('delivery_id', models.UUIDField(primary_key=True, serialize=False)),
                    ('endpoint_id', models.UUIDField(db_index=True)),
                    ('not_before', models.DateTimeField(db_index=True)),
                    ('implementation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.implementation')),
                ],
                options={
                    'verbose_name_plural': 'due',
                },
            ),
            migrations.CreateModel(
                name='Endpoint',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('name', models.CharField(max_length=100)),
                    ('url', models.CharField(max_length=500, verbose_name='address')),
                    ('codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), help_text='Codes of the events it is told of.', size=None, verbose_name='told of')),
                    ('state', models.CharField(choices=[('active', 'Active'), ('paused', 'Paused'), ('disabled', 'Turned off'), ('removed', 'Removed')], default='active', max_length=8)),
                    ('sealed_secret', models.TextField(blank=True, help_text='Encrypted. Empty once removed.')),
                    ('sealed_previous', models.TextField(blank=True, help_text='Signs beside the new one for a while.')),
                    ('previous_until', models.DateTimeField(blank=True, null=True, verbose_name='old secret signs until')),
                    ('failures', models.PositiveIntegerField(default=0, verbose_name='failed tries in a row')),
                    ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                ],
                options={
                    'verbose_name': 'webhook',
                    'ordering': (django.db.models.functions.text.Lower('name'),),
                },
            ),
            migrations.AddField(
                model_name='delivery',
                name='endpoint',
                field=hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='webhooks.endpoint'),
            ),
            migrations.CreateModel(
                name='EndpointEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('name', models.CharField(max_length=100)),
                    ('url', models.CharField(max_length=500, verbose_name='address')),
                    ('codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), help_text='Codes of the events it is told of.', size=None, verbose_name='told of')),
                    ('state', models.CharField(choices=[('active', 'Active'), ('paused', 'Paused'), ('disabled', 'Turned off'), ('removed', 'Removed')], default='active', max_length=8)),
                    ('previous_until', models.DateTimeField(blank=True, null=True, verbose_name='old secret signs until')),
                    ('created_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='webhooks.endpoint')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddConstraint(
                model_name='endpoint',
                constraint=models.UniqueConstraint(models.F('implementation'), django.db.models.functions.text.Lower('name'), condition=models.Q(('state', 'removed'), _negated=True), name='endpoint_name_once', violation_error_message='There is a webhook with this name already. Choose another name.'),
            ),
            migrations.AddIndex(
                model_name='delivery',
                index=models.Index(fields=['implementation', '-created_at'], name='delivery_log'),
            ),
            migrations.AddConstraint(
                model_name='delivery',
                constraint=models.UniqueConstraint(fields=('implementation', 'endpoint', 'event_id'), name='delivery_once'),
            ),
        ]),
        SecureTenantTables(),
    ]
