"""A token server of other people's making: django-oauth-toolkit, in a process of its own.

    python django_issuer.py FOLDER ID SECRET SCOPES...

It prints its port, and serves tokens and their introspection until its standard input ends.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

FOLDER, CLIENT_ID, SECRET, *SCOPES = sys.argv[1:]

settings.configure(
    SECRET_KEY="invented",  # noqa: S106 - invented
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="django_issuer_urls",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(FOLDER, "issuer.sqlite3")),
        }
    },
    OAUTH2_PROVIDER={"SCOPES": {scope: scope for scope in [*SCOPES, "introspection"]}},
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
sys.modules["django_issuer_urls"] = sys.modules[__name__]
django.setup()

from django.urls import path  # noqa: E402 - after the settings
from oauth2_provider.models import Application  # noqa: E402 - after the settings
from oauth2_provider.views import IntrospectTokenView, TokenView  # noqa: E402 - after the settings

urlpatterns = [
    path("token", TokenView.as_view()),
    path("introspect", IntrospectTokenView.as_view()),
]


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Make the tables and the client, serve, and end with the standard input."""
    call_command("migrate", verbosity=0)
    Application.objects.create(
        name="importer",
        client_id=CLIENT_ID,
        client_secret=SECRET,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)  # noqa: T201 - how the test learns of it
    sys.stdin.read()


if __name__ == "__main__":
    main()
