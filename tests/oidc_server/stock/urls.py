from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import include, path

urlpatterns = [
    # Django brings no page to sign in at but its admin's.
    path("uc/accounts/login/", LoginView.as_view(template_name="admin/login.html")),
    path("uc/oauth/", include("oidc_provider.urls", namespace="oidc_provider")),
    path("uc/admin/", admin.site.urls),
]
