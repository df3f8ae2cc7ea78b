"""Settings of the application. All that differs between machines comes from the environment.

Reading this file starts nothing: the embedded server's socket folder is computed, the commands
start the server. Keys come from `tepat.engine.keys`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tepat.engine import database, embedded
from tepat.engine.errors import TepatError
from tepat.engine.home import tepat_home
from tepat.engine.keys import load_keys

ROOT = Path(__file__).resolve().parents[3]
HOME = tepat_home()
FILES = HOME / "files"
DATABASE_URL = os.environ.get("DATABASE_URL", "")
KEYS = load_keys(HOME)
SECRET_KEY = KEYS.django

DEBUG = False
ALLOWED_HOSTS = os.environ.get("TEPAT_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
HTTPS = os.environ.get("TEPAT_HTTPS", "") == "1"
CSRF_TRUSTED_ORIGINS = [one for one in os.environ.get("TEPAT_ORIGINS", "").split(",") if one]


def database_settings(role: str) -> dict[str, Any]:
    """How a role reaches the one database: on the server DATABASE_URL names, else the embedded."""
    shared: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    if not DATABASE_URL:
        socket = str(embedded.socket_folder(HOME / "pg"))
        return {**shared, "NAME": database.NAME, "USER": role, "HOST": socket, "PORT": "5432"}
    name = "DATABASE_OWNER_URL" if role == database.OWNER else "DATABASE_URL"
    url = _address(name, os.environ.get(name) or DATABASE_URL)
    return {
        **shared,
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def _address(name: str, text: str) -> SplitResult:
    url = urlsplit(text)
    try:
        readable = url.scheme in ("postgresql", "postgres") and url.path > "/" and url.port != 0
    except ValueError:
        readable = False
    if readable:
        return url
    raise TepatError(
        "database_url_wrong",
        f"{name} is not the address of a PostgreSQL database.",
        do="Write postgresql://user:password@host:5432/database, with %40 for @ in a password.",
    )


DATABASES = {"default": database_settings(os.environ.get("TEPAT_DBUSER", database.APPLICATION))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "tepat.places",
    "tepat.audit",
    "tepat.staff",
    "tepat.registry",
    "tepat.runs",
    "tepat.console",
    "tepat.site",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "tepat.site.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tepat.site.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tepat.site.middleware.ActingUserMiddleware",
    "tepat.staff.middleware.ProofMiddleware",
    "tepat.site.middleware.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "tepat.site.urls"
WSGI_APPLICATION = "tepat.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tepat.site.context.shell",
            ],
        },
    },
]

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "tepat.staff.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "tepat.staff.sign_in_forms.LoginForm",
    "reauthenticate": "tepat.staff.sign_in_forms.ReauthenticateForm",
    "change_password": "tepat.staff.sign_in_forms.ChangePasswordForm",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser, for computers are shared
# Axes counts wrong passwords; allauth would count an office's address.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "tepat.staff.adapter.MfaAdapter"
MFA_FORMS = {
    "authenticate": "tepat.staff.sign_in_forms.CodeForm",
    "reauthenticate": "tepat.staff.sign_in_forms.CodeAgainForm",
    "activate_totp": "tepat.staff.sign_in_forms.ActivateAppForm",
    "authenticate_webauthn": "tepat.staff.sign_in_forms.PasskeyStepForm",
    "login_webauthn": "tepat.staff.sign_in_forms.PasskeyLoginForm",
    "add_webauthn": "tepat.staff.sign_in_forms.AddPasskeyForm",
    "edit_webauthn": "tepat.staff.sign_in_forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # for http://localhost
MFA_RATE_LIMITS = {"webauthn_login": None}  # it counts an office's address, too
MFA_TOTP_ISSUER = "Tepat"
MFA_TOTP_TOLERANCE = 1  # a clock that is half a minute off
# Lock an account, never an address: a whole office shares one.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "tepat.staff.lockout.account_name"
AXES_LOCKOUT_CALLABLE = "tepat.staff.lockout.locked_page"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "code", "credential", "csrfmiddlewaretoken"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # it wants the address in the lock
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "staff_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
# Months without a survey after which a family is on the work list; our own choice, not a law's.
OVERDUE_MONTHS = int(os.environ.get("TEPAT_OVERDUE_MONTHS", "24"))

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
NODE = ROOT / "node_modules"
STATICFILES_DIRS = [ROOT / "var" / "web"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tepat.site.static_files.Storage"},
}

_NONE, _SELF = "'none'", "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [_NONE],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:"],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "form-action": [_SELF],
        "base-uri": [_NONE],
        "frame-ancestors": [_NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # The database's words about a refused row, and what people typed, stay out of the log.
    "formatters": {"quiet": {"()": "tepat.engine.quiet_log.QuietFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
