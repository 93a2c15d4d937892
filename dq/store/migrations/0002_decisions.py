"""What people decide: acts, decisions, waivers, lists given out and answers to them, access."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0001_initial"),)

    operations = (
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("who", models.TextField()),
                ("what", models.TextField()),
                ("subject", models.TextField()),
                ("exceptions", models.IntegerField(default=0)),
                ("note", models.TextField(default="")),
            ],
            options={
                "db_table": "dq_act",
            },
        ),
        migrations.CreateModel(
            name="Access",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.TextField()),
                ("level", models.TextField()),
                ("unit", models.TextField()),
                ("act", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.act")),
                (
                    "ended_by",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.act"),
                ),
            ],
            options={
                "db_table": "dq_access",
            },
        ),
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run", models.IntegerField()),
                ("team", models.TextField()),
                ("file", models.TextField()),
                ("exceptions", models.IntegerField()),
                ("act", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.act")),
            ],
            options={
                "db_table": "dq_issue",
            },
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finding", models.CharField(max_length=12)),
                ("rule", models.TextField()),
                ("table", models.TextField(db_column="table_name")),
                ("team", models.TextField()),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("reason", models.TextField()),
                ("approver", models.TextField()),
                ("withdrawn", models.DateField(null=True)),
                ("act", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.act")),
                (
                    "withdrawn_by",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.act"),
                ),
            ],
            options={
                "db_table": "dq_waiver",
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finding", models.CharField(max_length=12)),
                ("aspect", models.TextField()),
                ("was", models.TextField()),
                ("became", models.TextField()),
                ("act", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.act")),
            ],
            options={
                "db_table": "dq_decision",
                "indexes": [models.Index(fields=["finding", "aspect", "id"], name="dq_decision_history")],
            },
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finding", models.CharField(max_length=12)),
                ("answer", models.TextField()),
                ("fix_by", models.DateField(null=True)),
                ("notes", models.TextField()),
                ("answered_by", models.TextField()),
                ("file", models.TextField()),
                ("sheet", models.TextField()),
                ("row", models.IntegerField()),
                ("act", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.act")),
                ("issue", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.issue")),
            ],
            options={
                "db_table": "dq_reply",
                "indexes": [models.Index(fields=["finding", "id"], name="dq_reply_history")],
            },
        ),
    )
