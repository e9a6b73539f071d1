import math
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from django.views.generic.edit import ProcessFormView

from oidc_server.accounts import devices
from oidc_server.accounts.forms import LoginForm, OwnPasswordForm
from oidc_server.accounts.limits import TooManyAttempts
from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record


class _LimitedView(ProcessFormView):
    """A form that takes a password, and may have had too many wrong ones."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except TooManyAttempts as refused:
            record(Kind.SIGN_IN_BLOCKED, request=request, subject=refused.subject)
            return _blocked(request, refused)


class LoginView(_LimitedView, views.LoginView):
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

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        devices.remember(self.request, response, form.get_user())
        return response


class LogoutView(views.LogoutView):
    template_name = "accounts/signed_out.html"


class PasswordChangeView(_LimitedView, views.PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("accounts:password-changed")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        user: Any = form.user
        record(Kind.PASSWORD_CHANGED, request=self.request, subject=user.sub)
        return response


class PasswordChangedView(LoginRequiredMixin, TemplateView):
    template_name = "accounts/password_changed.html"


@never_cache
def _blocked(request: HttpRequest, refused: TooManyAttempts) -> HttpResponse:
    left = max(refused.until - timezone.now(), timedelta(seconds=1))
    page = render(
        request,
        "accounts/blocked.html",
        {"minutes": math.ceil(left / timedelta(minutes=1))},
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    page.headers["Retry-After"] = str(math.ceil(left.total_seconds()))
    return page
