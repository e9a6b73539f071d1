from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "oidc_server.pages"
