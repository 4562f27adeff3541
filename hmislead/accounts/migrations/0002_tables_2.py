import django.db.models.deletion
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.tenancy.context
import hmislead.tenancy.fields
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('directory', '0001_initial'),
        ('directory', '0002_tables_2'),
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='IdentityProvider',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('implementation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='identity_provider', to='tenancy.implementation')),
                    ('app', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='socialaccount.socialapp')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                ],
            ),
            migrations.CreateModel(
                name='InvitationDetail',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='detail', to='accounts.invitation')),
                    ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                    ('name', models.CharField(max_length=150)),
                    ('role', models.CharField(blank=True, choices=[('lead_administrator', 'Lead administrator'), ('lead_staff', 'Lead staff'), ('trainer', 'Trainer'), ('help_desk_agent', 'Help desk agent'), ('monitor', 'Monitor'), ('analyst', 'Analyst'), ('coc_staff', 'CoC staff'), ('body_member', 'Body member'), ('cho_lead', 'CHO lead'), ('cho_security_officer', 'CHO security officer'), ('auditor', 'Auditor')], max_length=30)),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.coc')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organization')),
                    ('role_ends_on', models.DateField(blank=True, null=True)),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.person')),
                    ('state', models.CharField(choices=[('waiting', 'Waiting for an answer'), ('accepted', 'Accepted'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=10)),
                    ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ('-created_at',),
                },
            ),
            migrations.CreateModel(
                name='InvitationDetailEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.invitationdetail')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('invitation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.invitation')),
                    ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                    ('name', models.CharField(max_length=150)),
                    ('role', models.CharField(blank=True, choices=[('lead_administrator', 'Lead administrator'), ('lead_staff', 'Lead staff'), ('trainer', 'Trainer'), ('help_desk_agent', 'Help desk agent'), ('monitor', 'Monitor'), ('analyst', 'Analyst'), ('coc_staff', 'CoC staff'), ('body_member', 'Body member'), ('cho_lead', 'CHO lead'), ('cho_security_officer', 'CHO security officer'), ('auditor', 'Auditor')], max_length=30)),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.coc')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organization')),
                    ('role_ends_on', models.DateField(blank=True, null=True)),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.person')),
                    ('state', models.CharField(choices=[('waiting', 'Waiting for an answer'), ('accepted', 'Accepted'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=10)),
                    ('invited_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('accepted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('answered_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
