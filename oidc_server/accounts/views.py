import math
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import login, views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView
from django.views.generic.edit import ProcessFormView

from oidc_server.accounts import devices, links
from oidc_server.accounts.forms import LoginForm, NewPasswordForm, OwnPasswordForm
from oidc_server.accounts.limits import TooManyAttempts
from oidc_server.accounts.models import Link
from oidc_server.audit.models import Kind
from oidc_server.audit.recording import record

if TYPE_CHECKING:  # generic for the type checker only
    _NewPasswordView = FormView[NewPasswordForm]
else:
    _NewPasswordView = FormView


class _LimitedView(ProcessFormView):
    """A form that takes a password or a link, and may have had too many wrong ones."""

    blocked: Kind  # what it is told as

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except TooManyAttempts as refused:
            record(self.blocked, request=request, subject=refused.subject)
            return _blocked(request, refused)


class LoginView(_LimitedView, views.LoginView):
    """The one place to sign in at, for the wiki and for the admin."""

    blocked = Kind.SIGN_IN_BLOCKED
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
    blocked = Kind.PASSWORD_CHANGE_BLOCKED
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


@method_decorator(never_cache, name="dispatch")
class LinkView(_LimitedView, _NewPasswordView):
    """Where a one-time link leads: sets a password and signs in."""

    blocked = Kind.LINK_BLOCKED
    template_name = "accounts/link.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("pages:home")
    http_method_names = ("get", "post", "head", "options")
    link: Link

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if links.KEY in request.GET:
            return links.put_aside(request)
        return self._find(request) or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._find(request) or super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.link.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        secret = links.secret_of(self.request)
        return super().get_context_data(owner=self.link.user, secret=secret, **kwargs)

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        if not links.use(self.request, self.link, form):
            links.refuse(self.request, self.link)
            return self._ended()
        login(self.request, form.user)  # in a session of its own
        response = super().form_valid(form)
        devices.remember(self.request, response, form.user)
        links.forget(response)
        return response

    def _find(self, request: HttpRequest) -> HttpResponse | None:
        """Remember the link; returns the answer if there is none that works."""
        link = links.find(request)
        if link is None:
            return self._ended()
        self.link = link
        return None

    def _ended(self) -> HttpResponse:
        page = render(self.request, "accounts/link_ended.html", status=HTTPStatus.GONE)
        links.forget(page)
        return page


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
