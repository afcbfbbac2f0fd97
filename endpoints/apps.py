from django.apps import AppConfig


class EndpointsConfig(AppConfig):
    name = "endpoints"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from endpoints.services.submitting import link_again  # noqa: PLC0415 - models first
        from pipelines.services.again import run_again  # noqa: PLC0415

        run_again.connect(link_again, dispatch_uid="endpoints.link_again")
