# ruff: noqa: E501 - written by makemigrations

import django.core.validators
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

import oidc_server.accounts.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "sub",
                    models.CharField(
                        default=oidc_server.accounts.models.new_subject,
                        editable=False,
                        help_text="What the wiki knows the user by. It never changes.",
                        max_length=255,
                        unique=True,
                        verbose_name="subject",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        max_length=150,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[\\w.+-]+\\Z",
                                "Use letters, digits and the characters . + - _ only.",
                            )
                        ],
                        verbose_name="username",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="Shown in the wiki.",
                        max_length=150,
                        verbose_name="full name",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        help_text="The wiki takes it as verified: check it before saving.",
                        max_length=254,
                        verbose_name="e-mail address",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Untick this to turn the user off instead of deleting them: they can't sign in any more, and the wiki ends their session when it next asks.",
                        verbose_name="active",
                    ),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="May manage users here.",
                        verbose_name="administrator",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="joined"
                    ),
                ),
                (
                    "configured_password",
                    models.CharField(blank=True, default="", editable=False, max_length=128),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "ordering": ["username"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("username"),
                        name="accounts_user_username_any_case",
                        violation_error_message="A user with that username already exists.",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="accounts_user_email_any_case",
                        violation_error_message="A user with that e-mail address already exists.",
                    ),
                ],
            },
        ),
    ]
