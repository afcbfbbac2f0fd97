"""Django's settings, read from a few FOREBAY_* variables (see docs/configuration.md)."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from studio.settings.databases import load_database
from studio.settings.entra import read_entra
from studio.settings.readers import (
    address_for_people,
    read_choice,
    read_int,
    read_list,
    read_networks,
    read_outgoing,
    read_path,
    read_port,
    read_secret,
    read_sender,
    read_text,
    read_url,
)
from studio.settings.secret_key import load_secret_keys
from studio.settings.static_headers import add_headers

BASE_DIR = Path(__file__).resolve().parent.parent.parent

FOREBAY_DATA = read_path("FOREBAY_DATA", BASE_DIR / "var")
FOREBAY_HOST = read_text("FOREBAY_HOST", "127.0.0.1")
FOREBAY_PORT = read_port("FOREBAY_PORT", 8000)
FOREBAY_URL = read_url("FOREBAY_URL", f"http://{address_for_people(FOREBAY_HOST)}:{FOREBAY_PORT}")
FOREBAY_SDK = BASE_DIR / "sdk" / "src"
# Steps that may run on this machine at once: one per CPU, at least two, as steps wait for disks.
FOREBAY_HOST_SLOTS = read_int("FOREBAY_HOST_SLOTS", max(2, os.cpu_count() or 1), least=1)
# Of a step's log this much is kept on disk; above it the middle goes.
FOREBAY_LOG_LIMIT_MB = read_int("FOREBAY_LOG_LIMIT_MB", 512, least=1)
# `none`: the environment of steps that ask for none holds Python only, no numpy and so on.
FOREBAY_DEFAULT_PACKAGES = read_text("FOREBAY_DEFAULT_PACKAGES", "standard")
# Environments that nobody asked for in this many days lose their folder; 0 keeps all of them.
FOREBAY_ENVIRONMENT_DAYS = read_int("FOREBAY_ENVIRONMENT_DAYS", 90, least=0)
# Addresses besides public ones that the server may call: webhooks, sign-in providers.
FOREBAY_OUTGOING_ALLOW = read_outgoing("FOREBAY_OUTGOING_ALLOW")
# The mail server for notifications; without a host there is no e-mail.
FOREBAY_SMTP_HOST = read_text("FOREBAY_SMTP_HOST", "")
FOREBAY_SMTP_SECURITY = read_choice("FOREBAY_SMTP_SECURITY", ("starttls", "tls", "none"))
FOREBAY_SMTP_PORT = read_port(
    "FOREBAY_SMTP_PORT", {"starttls": 587, "tls": 465, "none": 25}[FOREBAY_SMTP_SECURITY]
)
FOREBAY_SMTP_USER = read_text("FOREBAY_SMTP_USER", "")
FOREBAY_SMTP_PASSWORD = read_secret("FOREBAY_SMTP_PASSWORD")
FOREBAY_MAIL_FROM = read_sender("FOREBAY_MAIL_FROM", needed=bool(FOREBAY_SMTP_HOST))
FOREBAY_WORKSPACE = read_text("FOREBAY_WORKSPACE", "forebay")

# Proxies whose X-Forwarded-For is believed: for the audit log and the brakes on guessing.
FOREBAY_TRUSTED_PROXIES = read_networks("FOREBAY_TRUSTED_PROXIES")
# Entries of the audit log older than this many days are dropped; 0 keeps all.
FOREBAY_AUDIT_DAYS = read_int("FOREBAY_AUDIT_DAYS", 400, least=0)

# Sign-in with Microsoft Entra ID; empty when none of its variables is set.
FOREBAY_ENTRA = read_entra()

SECRET_KEY, *SECRET_KEY_FALLBACKS = load_secret_keys(FOREBAY_DATA)
DEBUG = False
ALLOWED_HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    urlsplit(FOREBAY_URL).hostname or FOREBAY_HOST,
    *read_list("FOREBAY_ALLOWED_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [FOREBAY_URL]

INSTALLED_APPS = [
    # Without "daphne", which is there for `runserver`: each process would load Twisted for it.
    # The admin's pages are found in studio/urls.py, which only the web process loads.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "django_q",
    "rest_framework",
    "drf_spectacular",
    "workspaces",
    "data",
    "compute",
    "pipelines",
    "endpoints",
    "gateways",
    "studio",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"

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
                "studio.context.health",
            ]
        },
    }
]

DATABASES = {"default": load_database(FOREBAY_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = FOREBAY_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "studio.static_storage.StaticStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_ADD_HEADERS_FUNCTION = add_headers

PASSWORDS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": PASSWORDS + "UserAttributeSimilarityValidator"},
    {"NAME": PASSWORDS + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": PASSWORDS + "CommonPasswordValidator"},
    {"NAME": PASSWORDS + "NumericPasswordValidator"},
]

LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"

# Cookies are shared by all ports of a host: two studios side by side must not share a name.
SESSION_COOKIE_NAME = f"forebay_session_{FOREBAY_PORT}"
CSRF_COOKIE_NAME = f"forebay_csrf_{FOREBAY_PORT}"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = FOREBAY_URL.startswith("https://")
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024  # JSON_LIMIT in workspaces/api/reading.py
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # larger bodies wait on disk, not in memory

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        # The supervisor sends each process's output to FOREBAY_DATA/logs and rotates it.
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # a 404 is the caller's business
        "django.server": {"handlers": [], "propagate": True},
        "daphne": {"level": "WARNING"},
        "django-q": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "studio.openapi.ForebaySchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["workspaces.api.reading.LimitedJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "workspaces.api.reading.AnyAccept",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "workspaces.api.reading.BearerAuthentication",
        "workspaces.api.reading.BrowserAuthentication",
    ],
    "EXCEPTION_HANDLER": "workspaces.api.problems.handle_exception",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Forebay",
    "DESCRIPTION": "Pipelines, runs, data and compute of a Forebay studio.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["studio.describe.describe"],
}

CHANNEL_LAYERS: dict[str, dict[str, str]] = {}

Q_CLUSTER = {
    "name": "forebay",
    "orm": "default",
    "workers": 1,
    "poll": 3,
    "guard_cycle": 5,
    "timeout": 300,
    "retry": 900,
    "max_attempts": 3,
    "save_limit": -1,  # what succeeded leaves no row
    "queue_limit": 2,
    "bulk": 1,
    "recycle": 500,
    "catch_up": False,
    "log_level": "WARNING",
}
