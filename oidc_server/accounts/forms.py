from typing import TYPE_CHECKING, Any

from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AuthenticationForm,
    BaseUserCreationForm,
    PasswordChangeForm,
    SetPasswordForm,
    UserChangeForm,
)
from django.forms import ModelForm
from django.utils.translation import gettext_lazy as _

from oidc_server.accounts import limits
from oidc_server.accounts.models import User

if TYPE_CHECKING:  # generic for the type checker only
    _AddForm = BaseUserCreationForm[User]
    _EditForm = UserChangeForm[User]
    _PasswordForm = AdminPasswordChangeForm[User]
    _NewPasswordForm = SetPasswordForm[User]
    _UserForm = ModelForm[User]
else:
    _AddForm, _EditForm = BaseUserCreationForm, UserChangeForm
    _PasswordForm = AdminPasswordChangeForm
    _NewPasswordForm, _UserForm = SetPasswordForm, ModelForm


class LoginForm(AuthenticationForm):
    # The same words whether the account is missing, turned off or has another password.
    error_messages = {
        "invalid_login": _("That username and password don't match an active account."),
        "inactive": _("That username and password don't match an active account."),
    }


class OwnPasswordForm(PasswordChangeForm):
    """Asks for the old password, which a session that was left open must not serve to guess."""

    def clean_old_password(self) -> str:
        """Raises `limits.TooManyAttempts`."""
        attempt = limits.confirm(self.user)
        password: str = super().clean_old_password()
        attempt.succeeded()
        return password


class NewPasswordForm(_NewPasswordForm):
    """The first password, or one in the place of another that nobody is asked for."""

    def save(self, commit: bool = True) -> User:
        """Writes the password alone, whatever else has changed meanwhile."""
        user = self.user
        user.set_password(self.cleaned_data["new_password1"])
        if commit:
            user.save(update_fields=["password"])
            limits.let_in([user])
        return user


class UserWithoutPasswordForm(_UserForm):
    class Meta:
        model = User
        fields = ("username", "name", "email", "is_superuser")


class UserAddForm(_AddForm):
    class Meta:
        model = User
        fields = ("username", "name", "email", "is_superuser")


class UserEditForm(_EditForm):
    class Meta:
        model = User
        fields = ("username", "name", "email", "is_active", "is_superuser")


class OwnUserEditForm(UserEditForm):
    """An administrator's own account: whoever edits can't turn themselves off by accident."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("is_active", "is_superuser"):
            self.fields[name].disabled = True


class PasswordForm(_PasswordForm):
    """Sets a password and can't take it away: there is no other way in, and whoever is to lose
    theirs is turned off, which ends their sessions too. Whoever gets a new one may use it at once.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)
        for name in ("password1", "password2"):
            self.fields[name].required = True

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        limits.let_in([user])
        return user
