"""Every setting, read from the environment (or a .env file): a wrong value stops the start and names the variable."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env
from environs import validate as check

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# --- where it runs -----------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
# Plain HTTP on one's own machine: no redirect to HTTPS, no HSTS, cookies without Secure. Never in production.
INSECURE_HTTP = env.bool("INSECURE_HTTP", False)
# The address people use; links in mail, QR codes and printed records are made from it.
PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000" if INSECURE_HTTP else "https://localhost").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname or _public.path:
    raise ImproperlyConfigured("PUBLIC_URL must look like https://groundwork.example.org, without a path")
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]), _public.hostname]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
    raise ImproperlyConfigured(
        "SECRET_KEY must have 50 characters or more; "
        "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])

# Files that the app itself writes: issued PDFs, archives, mail without an SMTP server, the demo's database.
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

# --- the database ------------------------------------------------------------------------------------------------
# LISTEN needs a direct connection; name one here when DATABASE_URL goes through pgbouncer in transaction mode.
LISTEN_DATABASE_URL = env.str("LISTEN_DATABASE_URL", "")
DATABASES: dict[str, Any] = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'groundwork.sqlite3'}")}
_db = DATABASES["default"]
if _db["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE and WAL: a writer waits its turn instead of failing with "database is locked" half-way. FULL: what was
    # acknowledged survives a power cut (docs/trust.md has what it costs).
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
elif _db["ENGINE"].endswith("postgresql"):
    _db["ENGINE"] = "config.postgresql"
    _db["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60, validate=check.Range(min=0))
    _db["CONN_HEALTH_CHECKS"] = True
    # prepared statements belong to one connection: behind a pooler there are none
    prepare = {} if LISTEN_DATABASE_URL else {"prepare_threshold": 5}
    _db["OPTIONS"] = {**_db.get("OPTIONS", {}), "connect_timeout": 5, **prepare}
else:
    raise ImproperlyConfigured("DATABASE_URL must name a postgres:// or sqlite:/// database")
REDIS_URL = env.str("REDIS_URL", "")
WEB_THREADS = env.int("WEB_THREADS", 8, validate=check.Range(min=1, max=64))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    # many addresses must not push each other's counts out
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}

# --- what it is made of ------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.GuardedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "decisions",
    "workshops",
]
MIDDLEWARE = [
    "config.middleware.ApiProblems",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.Utf8Only",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.HtmxAnswers",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.SignInMethods",
    "config.middleware.Refusals",
]
ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"

# --- accounts ----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "decisions.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Who may make an account: anybody; whoever was invited, at the invited address; or nobody.
SIGNUP = env.str("SIGNUP", "open", validate=check.OneOf(["open", "invitation", "closed"]))
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "config.accounts.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = env.str(
    "ACCOUNT_EMAIL_VERIFICATION", "mandatory", validate=check.OneOf(["mandatory", "optional", "none"])
)
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Whoever finds a screen unlocked adds no address, password or passkey of their own.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSECURE_HTTP
# How many proxies stand in front and may be believed about the client's address; 0 means none.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, validate=check.Range(min=0, max=5))
SOCIALACCOUNT_ADAPTER = "config.single_sign_on.Adapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "")
# Who belongs to which team, and as what, by what the provider says: claim, value, team, role.
_rule = re.compile(r"(domain|group):(.+)=([-\w]+):(owner|facilitator|member)")
_lines: list[str] = env.list("OIDC_TEAMS", [])
OIDC_TEAMS = [rule.groups() for line in _lines if (rule := _rule.fullmatch(line.strip()))]
if len(OIDC_TEAMS) < len(_lines):
    raise ImproperlyConfigured("OIDC_TEAMS must look like group:platform=helio-desk:facilitator,domain:example.org=…")
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", "groups")
# Browsers hold a form's whole way against form-action: to the provider, and on to where it sends people itself.
_oidc = urlsplit(OIDC_SERVER_URL)
OIDC_ORIGINS = [f"{_oidc.scheme}://{_oidc.netloc}", *env.list("OIDC_ORIGINS", [])] if OIDC_SERVER_URL else []
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.str("OIDC_NAME", "Single sign-on"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {
                    "server_url": OIDC_SERVER_URL,
                    "oauth_pkce_enabled": True,
                    # addresses of these domains count as proved though the provider does not say so
                    "verified_email": env.list("OIDC_VERIFIED_DOMAINS", []),
                    # an account with the same proved address is signed in to, and linked, without its password
                    "email_authentication": env.bool("OIDC_LINK_BY_EMAIL", False),
                },
            }
        ]
    }

# --- mail --------------------------------------------------------------------------------------------------------
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587, validate=check.Range(min=1, max=65535))
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", bool(EMAIL_HOST))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Groundwork <groundwork@localhost>")
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)

# --- languages and times -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")

# --- static files ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- security ----------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *OIDC_ORIGINS],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if not (DEBUG or INSECURE_HTTP):
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000, validate=check.Range(min=0))
    # Both reach beyond this site: every host below its name, and a list in browsers that is hard to leave.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # that these two are off is a choice
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# Days that guests' addresses are kept after their workshop closed, and network addresses of sign-ins (manage.py purge).
GUEST_ADDRESS_DAYS = env.int("GUEST_ADDRESS_DAYS", 90, validate=check.Range(min=1))
NETWORK_ADDRESS_DAYS = env.int("NETWORK_ADDRESS_DAYS", 90, validate=check.Range(min=1))
# Tried a minute: join codes from one address, and in all (trust in an eight-character code rests on both).
JOIN_RATE_PER_ADDRESS = env.int("JOIN_RATE_PER_ADDRESS", 10, validate=check.Range(min=1))
JOIN_RATE_TOTAL = env.int("JOIN_RATE_TOTAL", 100, validate=check.Range(min=1))
# Mails with an invitation in a day and a night, from the whole site.
INVITATION_MAILS_PER_DAY = env.int("INVITATION_MAILS_PER_DAY", 2000, validate=check.Range(min=1))
# Files and hashes brought to the verify page a minute from one address.
VERIFY_RATE_PER_ADDRESS = env.int("VERIFY_RATE_PER_ADDRESS", 20, validate=check.Range(min=1))
# Calls of the API a minute and token.
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", 600, validate=check.Range(min=1))
# Webhooks go to the open internet only; a closed network may allow its own addresses, and plain HTTP with them.
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", False)

# Processes that lay out PDFs, in each web process; seconds of work a record, and MiB a process, before it is stopped.
PDF_WORKERS = env.int("PDF_WORKERS", 1, validate=check.Range(min=1, max=64))
PDF_TIMEOUT = env.float("PDF_TIMEOUT", 20.0, validate=check.Range(min=1))
PDF_MEMORY = env.int("PDF_MEMORY", 1024, validate=check.Range(min=256))
# Folders of further TTF files, for scripts that neither the bundled faces nor the system's Noto draw; separated as in PATH.
PDF_FONT_FOLDERS = [folder for folder in env.str("PDF_FONT_FOLDERS", "").split(os.pathsep) if folder]

LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=check.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # a 4xx is an answer, not an incident; django would print a line for each
    "loggers": {"django.request": {"level": "ERROR"}, "django.security.DisallowedHost": {"level": "CRITICAL"}},
}
