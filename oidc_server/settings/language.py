from oidc_server.settings.environ import ENVIRONMENT

LANGUAGE_CODE = ENVIRONMENT.language_code
TIME_ZONE = ENVIRONMENT.time_zone
USE_I18N = True
USE_TZ = True

WIKI_NAME = ENVIRONMENT.wiki_name
WIKI_URL = ENVIRONMENT.wiki_url
