from typing import Any

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.module_loading import import_string
from django.views.generic import TemplateView

from oidc_server.accounts.forms import LoginForm


class LoginView(views.LoginView):
    """The one place to sign in at, for the wiki and for the admin."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # With `next` the form is shown nevertheless: whoever was sent here from a page that their
        # account may not see needs another account.
        if request.user.is_authenticated and not self.get_redirect_url():
            return redirect("pages:home")
        return super().get(request, *args, **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        page = super().render_to_response(context, **kwargs)
        allow_forms = import_string(settings.SIGN_IN_POLICY)
        allow_forms(self.get_redirect_url(), page)
        return page


class LogoutView(views.LogoutView):
    template_name = "accounts/signed_out.html"


class PasswordChangeView(views.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:password-changed")


class PasswordChangedView(LoginRequiredMixin, TemplateView):
    template_name = "accounts/password_changed.html"
