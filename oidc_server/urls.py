"""Every path. All of it lies under /uc/, the one prefix that the gateway sends here from the wiki's
host; a host of the provider's own it sends here as a whole.
"""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from oidc_server.accounts.views import LogoutView
from oidc_server.provider.cors import readable_by_clients
from oidc_server.provider.views import ProviderInfoView

admin.site.site_title = admin.site.site_header = _("Accounts")
admin.site.index_title = _("Manage accounts")
admin.site.site_url = "/uc/"
# It would list one entry, and on a laptop's screen push the last column out of the users' table.
admin.site.enable_nav_sidebar = False

handler400 = "oidc_server.pages.errors.bad_request"
handler403 = "oidc_server.pages.errors.forbidden"
handler404 = "oidc_server.pages.errors.not_found"
handler500 = "oidc_server.pages.errors.server_error"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="pages:home")),
    path("uc/", include("oidc_server.pages.urls")),
    path("uc/accounts/", include("oidc_server.accounts.urls")),
    path("uc/health/", include("oidc_server.health.urls")),
    path("uc/oauth/", include("oidc_server.provider.urls")),
    # The same pages for people and administrators.
    path("uc/admin/login/", RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
    path("uc/admin/logout/", LogoutView.as_view()),
    path("uc/admin/password_change/", RedirectView.as_view(pattern_name="accounts:password")),
    # Nothing here has a page of its own, and Django's redirect to one fails on keys that are UUIDs.
    path("uc/admin/r/<path:row>", RedirectView.as_view()),
    path("uc/admin/", admin.site.urls),
    # RFC 8414, section 3.1: the issuer's path comes after the well-known one, at the host's root.
    path(
        ".well-known/oauth-authorization-server/uc/oauth",
        readable_by_clients(ProviderInfoView.as_view()),
    ),
]
