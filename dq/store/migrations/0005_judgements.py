"""What a gate asked for, beside its criterion: of which metric, how, by when, of which units, in how many runs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0004_figures"),)

    operations = (
        migrations.AddField("judgement", "measure", models.TextField(default="")),
        migrations.AddField("judgement", "comparison", models.TextField(default="")),
        migrations.AddField("judgement", "per", models.TextField(default="")),
        migrations.AddField("judgement", "runs", models.IntegerField(default=1)),
        migrations.AddField("judgement", "needed_by", models.DateField(null=True)),
        migrations.AddField("judgement", "needed_by_name", models.TextField(default="")),
    )
