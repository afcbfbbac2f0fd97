from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0001_create_targets_and_environments"),
    ]

    operations = [
        migrations.AddField(
            model_name="computetarget",
            name="last_busy_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="computetarget",
            name="memory_limit_mb",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="computetarget",
            name="paused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="computetarget",
            name="warm_nodes",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
