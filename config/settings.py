"""Settings, read from the environment. Nothing secret has a default outside the sandbox."""

from __future__ import annotations

from decimal import MAX_PREC, ROUND_HALF_EVEN, Context, DefaultContext, setcontext
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from config.openapi import PUBLISHED
from config.staff.theme import THEME

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Ledger amounts are numeric(30,12): the decimal context must not cut them.
DefaultContext.prec = 60
DefaultContext.rounding = ROUND_HALF_EVEN
DefaultContext.Emax = MAX_PREC
setcontext(Context(prec=60, rounding=ROUND_HALF_EVEN))

SANDBOX = env.bool("SANDBOX", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
SANDBOX_CLOCK_FILE = env.str("SANDBOX_CLOCK_FILE", default="") if SANDBOX else ""
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The address in the log is the one of the audit trail, see accounts.access.middleware.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# How many proxies of ours add to X-Forwarded-For; 0 takes the address of the connection.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "config",
    "features",
    "accounts",
    "billing",
    "telecom",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "djmoney",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "import_export",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "config.measuring.measured",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.viewer.viewer_middleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "accounts.access.middleware.origin_middleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.people.middleware.staff_mfa_middleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "billing.onboarding.middleware.pending_company_middleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.portal",
            ]
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
    # PgBouncer in transaction mode has no server-side cursors outside a transaction.
    "DISABLE_SERVER_SIDE_CURSORS": True,
}
# PgBouncer in transaction mode needs `max_prepared_statements` for them (1.21 or later).
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "config.cache.LosableRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "config.staff.backend.StaffRoleBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/portal/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_ADAPTER = "accounts.people.adapters.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SANDBOX
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", default=not SANDBOX)
USERSESSIONS_TRACK_ACTIVITY = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_TOTP_ISSUER = "Tollgate"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# What guests and companies are spoken to in when nothing else is told.
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
# Each in its own words; docs/languages.md says how one is added.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# In the sandbox the mail log is the mailbox; elsewhere a mail server must be named.
EMAIL_CONFIG = env.email_url("EMAIL_URL", **({"default": "dummymail://"} if SANDBOX else {}))
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Tollgate <billing@tollgate.example>")

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

STRIPE_API_KEY = env.str("STRIPE_API_KEY", default="")
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")
# Where the customer's browser reaches the gateway: card fields and 3-D Secure.
STRIPE_BROWSER_BASE = env.str("STRIPE_BROWSER_BASE", default="https://api.stripe.com")
# Of one try of one call, and of a whole request (gunicorn's): `make check` holds them together.
GATEWAY_TIMEOUT_SECONDS = env.float("GATEWAY_TIMEOUT_SECONDS", default=10)
WEB_TIMEOUT_SECONDS = env.int("WEB_TIMEOUT_SECONDS", default=90)

# Where exchange rates are fetched from; empty: they are set by hand (docs/currencies.md).
EXCHANGE_RATES_URL = env.str("EXCHANGE_RATES_URL", default="")
EXCHANGE_RATES_SOURCE = env.str("EXCHANGE_RATES_SOURCE", default="ecb")

OPERATOR_BASE_URL = env.str("OPERATOR_BASE_URL", default="")
OPERATOR_TOKEN = env.str("OPERATOR_TOKEN", default="")

# Other systems that Tollgate keeps in step: docs/integrations.md. Of one call:
INTEGRATION_TIMEOUT_SECONDS = env.float("INTEGRATION_TIMEOUT_SECONDS", default=15)
WHMCS_URL = env.str("WHMCS_URL", default="")
WHMCS_IDENTIFIER = env.str("WHMCS_IDENTIFIER", default="")
WHMCS_SECRET = env.str("WHMCS_SECRET", default="")
WHMCS_PAYMENT_METHOD = env.str("WHMCS_PAYMENT_METHOD", default="banktransfer")
WHMCS_PRODUCT_IDS = env.list("WHMCS_PRODUCT_IDS", default=[])
XERO_CLIENT_ID = env.str("XERO_CLIENT_ID", default="")
XERO_CLIENT_SECRET = env.str("XERO_CLIENT_SECRET", default="")
XERO_TENANT_ID = env.str("XERO_TENANT_ID", default="")
XERO_API_URL = env.str("XERO_API_URL", default="https://api.xero.com")
XERO_IDENTITY_URL = env.str("XERO_IDENTITY_URL", default="https://identity.xero.com")
XERO_SALES_ACCOUNT = env.str("XERO_SALES_ACCOUNT", default="200")
XERO_PAYMENT_ACCOUNT = env.str("XERO_PAYMENT_ACCOUNT", default="")
XERO_CREDIT_ACCOUNT = env.str("XERO_CREDIT_ACCOUNT", default="")
XERO_TAX_TYPES = env.dict("XERO_TAX_TYPES", default={})

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.access.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.access.permissions.StaffKey"],
    "DEFAULT_PAGINATION_CLASS": "accounts.access.pagination.StablePagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.access.negotiation.FirstRenderer",
    "DEFAULT_PARSER_CLASSES": ["accounts.access.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "accounts.access.schema.ApiSchema",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_THROTTLE_CLASSES": ["accounts.access.throttling.KeyRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"key": env.str("API_RATE", default="6000/min")},
    "EXCEPTION_HANDLER": "accounts.access.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_FORMATTER_CLASS": "accounts.access.errors.ApiErrorFormatter"}
SPECTACULAR_SETTINGS = PUBLISHED

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin", "/api/docs"],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        # The pages that talk to the card gateway widen it: billing.payments.browser.
        "connect-src": [SELF],
        "form-action": [SELF, STRIPE_BROWSER_BASE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Probes and scrapers speak plain HTTP inside the cluster.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics/?$"]
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SESSION_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if not SANDBOX:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
DJANGO_TABLES2_TEMPLATE = "components/table.html"
UNFOLD = THEME
PGHISTORY_ADMIN_CLASS = "unfold.admin.ModelAdmin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "config.logs.json_formatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"level": "WARNING"}},
}
