"""Serve the gallery on a free port of this machine and print that port: no database, no login.

It has settings of its own, so that a broken page here is a broken partial and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

ROOT = Path(__file__).resolve().parents[3]
SELF, NONE = "'self'", "'none'"

settings.configure(
    SECRET_KEY="only for the gallery of the tests",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="tests.site.gallery.pages",
    INSTALLED_APPS=["tepat.site", "csp", "django.contrib.messages", "django.contrib.staticfiles"],
    MIDDLEWARE=[
        "csp.middleware.CSPMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.messages.context_processors.messages",
                    "tests.site.gallery.pages.shell",
                ]
            },
        }
    ],
    LANGUAGE_CODE="id",
    LANGUAGES=[("id", "Bahasa Indonesia"), ("en", "English")],
    TIME_ZONE="Asia/Jakarta",
    USE_TZ=True,
    STATIC_URL="/static/",
    STATICFILES_DIRS=[ROOT / "var" / "web"],
    CONTENT_SECURITY_POLICY={
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:"],
            "connect-src": [SELF],
            "form-action": [SELF],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
        }
    },
)


class Server(ThreadingMixIn, WSGIServer):
    """A browser asks for several files at once."""

    daemon_threads = True


def main() -> None:
    """Serve until the test ends this process."""
    django.setup()
    from django.contrib.staticfiles.handlers import StaticFilesHandler

    with make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Server) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
