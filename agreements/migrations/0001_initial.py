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
        ('directory', '0001_initial'),
        ('directory', '0002_tables_2'),
        ('files', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='Agreement',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('type', models.CharField(choices=[('coc_lead', 'CoC-Lead agreement'), ('participation', 'Participation agreement'), ('end_user', 'End-user agreement'), ('vendor', 'Vendor contract'), ('data_use', 'Data use agreement')], max_length=16)),
                    ('title', models.CharField(blank=True, max_length=200)),
                    ('signed_on', models.DateField(blank=True, null=True)),
                    ('effective_on', models.DateField()),
                    ('ends_on', models.DateField(blank=True, help_text='Empty: until further notice.', null=True, verbose_name='last day')),
                    ('terminated_on', models.DateField(blank=True, help_text='The first day on which it binds no more.', null=True)),
                    ('termination_reason', models.CharField(blank=True, max_length=300)),
                    ('file', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                    ('carried_over', models.BooleanField(default=False, help_text='Loaded as opening evidence.')),
                    ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ('-effective_on', 'pk'),
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('effective_on')), _connector='OR'), name='agreement_ends_after_it_begins', violation_error_message='An agreement cannot end before it takes effect.')],
                },
            ),
            migrations.CreateModel(
                name='AgreementEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='agreements.agreement')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('type', models.CharField(choices=[('coc_lead', 'CoC-Lead agreement'), ('participation', 'Participation agreement'), ('end_user', 'End-user agreement'), ('vendor', 'Vendor contract'), ('data_use', 'Data use agreement')], max_length=16)),
                    ('title', models.CharField(blank=True, max_length=200)),
                    ('signed_on', models.DateField(blank=True, null=True)),
                    ('effective_on', models.DateField()),
                    ('ends_on', models.DateField(blank=True, help_text='Empty: until further notice.', null=True, verbose_name='last day')),
                    ('terminated_on', models.DateField(blank=True, help_text='The first day on which it binds no more.', null=True)),
                    ('termination_reason', models.CharField(blank=True, max_length=300)),
                    ('file', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='files.storedfile')),
                    ('carried_over', models.BooleanField(default=False, help_text='Loaded as opening evidence.')),
                    ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='AgreementParty',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('agreement', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='agreements.agreement')),
                    ('role', models.CharField(choices=[('coc', 'CoC'), ('lead', 'HMIS Lead'), ('cho', 'Agency'), ('end_user', 'End user'), ('vendor', 'Vendor'), ('other', 'Other party')], max_length=10)),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreement_parties', to='directory.coc')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreement_parties', to='directory.organization')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreement_parties', to='directory.person')),
                    ('signed_by', models.CharField(blank=True, help_text='Name and title on the paper.', max_length=150, verbose_name='signed by')),
                ],
                options={
                    'verbose_name_plural': 'agreement parties',
                    'ordering': ('role',),
                    'constraints': [models.CheckConstraint(condition=models.Q(('coc__isnull', False), ('organization__isnull', False), ('person__isnull', False), _connector='OR'), name='agreement_party_is_somebody', violation_error_message='A party is a CoC, an organization or a person.')],
                },
            ),
            migrations.CreateModel(
                name='AgreementPartyEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='agreements.agreementparty')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('agreement', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='agreements.agreement')),
                    ('role', models.CharField(choices=[('coc', 'CoC'), ('lead', 'HMIS Lead'), ('cho', 'Agency'), ('end_user', 'End user'), ('vendor', 'Vendor'), ('other', 'Other party')], max_length=10)),
                    ('coc', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.coc')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.organization')),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.person')),
                    ('signed_by', models.CharField(blank=True, help_text='Name and title on the paper.', max_length=150, verbose_name='signed by')),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
