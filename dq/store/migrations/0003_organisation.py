"""Teams and what stands above them, the worker of an exception, the owner of a rule."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0002_decisions"),)

    operations = (
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("team", models.TextField()),
                ("service", models.TextField()),
                ("head", models.TextField()),
                ("director", models.TextField()),
                ("run", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.run")),
            ],
            options={
                "db_table": "dq_unit",
                "constraints": [models.UniqueConstraint(fields=("run", "team"), name="dq_unit_once_a_run")],
            },
        ),
        migrations.AddField("finding", "worker", models.TextField(default="")),
        migrations.AddField("event", "worker", models.TextField(default="")),
        migrations.AddField("rule", "owner", models.TextField(default="")),
    )
