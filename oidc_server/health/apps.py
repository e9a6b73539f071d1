from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "oidc_server.health"
