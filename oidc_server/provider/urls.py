"""django-oidc-provider's paths and names, which it reverses itself, and two of ours.

What surrounds a view does so here, once: a decorator of its `dispatch` would be put on by every
request.
"""

from django.urls import re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from oidc_server.provider import views
from oidc_server.provider.cors import readable_by_clients

app_name = "oidc_provider"
urlpatterns = [
    re_path(r"^authorize/?$", csrf_exempt(views.AuthorizeView.as_view()), name="authorize"),
    re_path(r"^consent/?$", views.ConsentView.as_view(), name="consent"),
    re_path(
        r"^token/?$", readable_by_clients(csrf_exempt(views.TokenView.as_view())), name="token"
    ),
    re_path(
        r"^userinfo/?$",
        readable_by_clients(csrf_exempt(views.UserinfoView.as_view())),
        name="userinfo",
    ),
    re_path(
        r"^end-session/?$",
        csrf_exempt(never_cache(views.EndSessionView.as_view())),
        name="end-session",
    ),
    re_path(
        r"^end-session-prompt/?$",
        never_cache(views.EndSessionPromptView.as_view()),
        name="end-session-prompt",
    ),
    re_path(
        r"^\.well-known/openid-configuration/?$",
        readable_by_clients(views.ProviderInfoView.as_view()),
        name="provider-info",
    ),
    re_path(r"^introspect/?$", views.TokenIntrospectionView.as_view(), name="token-introspection"),
    re_path(
        r"^revoke/?$",
        readable_by_clients(csrf_exempt(views.RevocationView.as_view())),
        name="token-revocation",
    ),
    re_path(r"^jwks/?$", readable_by_clients(views.JwksView.as_view()), name="jwks"),
]
