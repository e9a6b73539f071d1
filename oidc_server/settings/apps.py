"""What the site is made of. Needs no environment, so the image build can use it."""

INSTALLED_APPS = [
    # Before django.contrib.admin and oidc_provider: their templates are overridden here.
    "oidc_server.pages",
    "oidc_server.provider",
    "oidc_server.accounts",
    "oidc_server.audit",
    "oidc_server.health",
    "oidc_server.bootstrap",
    "oidc_server.upkeep",
    "oidc_provider",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # What every answer needs: the client's address, headers, a known host, a database.
    "oidc_server.metrics.middleware.MeasureMiddleware",
    "oidc_server.gateway.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "oidc_server.pages.policy.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "oidc_server.health.patience.WaitForDatabaseMiddleware",
    "oidc_server.provider.back_channel.BackChannelMiddleware",
    # What pages need besides.
    "oidc_server.pages.policy.SeeOtherMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oidc_server.pages.context.site",
            ],
        },
    },
]

ROOT_URLCONF = "oidc_server.urls"
AUTH_USER_MODEL = "accounts.User"

# django-oidc-provider's tables were made with it; another default would alter them.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
