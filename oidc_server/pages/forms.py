from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    # The same words whether the account is missing, turned off or has another password.
    error_messages = {
        "invalid_login": _("That username and password don't match an active account."),
        "inactive": _("That username and password don't match an active account."),
    }
