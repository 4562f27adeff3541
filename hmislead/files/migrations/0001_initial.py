import django.db.models.deletion
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.files.models
import hmislead.tenancy.context
import hmislead.tenancy.fields
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('directory', '0001_initial'),
        ('directory', '0002_tables_2'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='StoredFile',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('name', models.CharField(max_length=150)),
                    ('content_type', models.CharField(max_length=100)),
                    ('size', models.PositiveBigIntegerField()),
                    ('sha256', models.CharField(max_length=64)),
                    ('content', models.FileField(max_length=200, storage=hmislead.files.models.file_storage, upload_to=hmislead.files.models.storage_path)),
                    ('permission', models.CharField(max_length=40)),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='directory.coc')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='directory.person')),
                    ('own_readable', models.BooleanField(default=True, help_text='The person named may read it.')),
                    ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('-created_at',),
                },
            ),
            migrations.CreateModel(
                name='StoredFileEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='files.storedfile')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('name', models.CharField(max_length=150)),
                    ('content_type', models.CharField(max_length=100)),
                    ('size', models.PositiveBigIntegerField()),
                    ('sha256', models.CharField(max_length=64)),
                    ('content', models.FileField(max_length=200, storage=hmislead.files.models.file_storage, upload_to=hmislead.files.models.storage_path)),
                    ('permission', models.CharField(max_length=40)),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organization')),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.coc')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.person')),
                    ('own_readable', models.BooleanField(default=True, help_text='The person named may read it.')),
                    ('uploaded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
