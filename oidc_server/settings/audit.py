from oidc_server.settings.environ import ENVIRONMENT

AUDIT_DAYS = ENVIRONMENT.audit_days
