import django.db.models.deletion
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.tenancy.context
import hmislead.tenancy.fields
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='SavedView',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('page', models.CharField(max_length=80)),
                    ('name', models.CharField(max_length=60)),
                    ('query', models.CharField(blank=True, max_length=2000)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('shared', models.BooleanField(default=False)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'page', 'owner', 'name'), name='saved_view_name_once')],
                },
            ),
            migrations.CreateModel(
                name='IdempotencyKey',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('key_hash', models.CharField(max_length=64)),
                    ('endpoint', models.CharField(max_length=300)),
                    ('request_hash', models.CharField(max_length=64)),
                    ('status', models.PositiveSmallIntegerField()),
                    ('content_type', models.CharField(blank=True, max_length=100)),
                    ('body', models.TextField(blank=True)),
                    ('expires_at', models.DateTimeField()),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'user', 'key_hash'), name='idempotency_key_once')],
                },
            ),
            migrations.CreateModel(
                name='SavedViewEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='web.savedview')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('page', models.CharField(max_length=80)),
                    ('name', models.CharField(max_length=60)),
                    ('query', models.CharField(blank=True, max_length=2000)),
                    ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('shared', models.BooleanField(default=False)),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
