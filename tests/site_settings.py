"""Settings of the application for tests: keys that are no secret, a home and server of their own.

The variables are set for the programs that tests start as well, so that no test comes near the
data of a demonstration in the same checkout.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PG = Path(os.environ.get("TEPAT_TEST_PG") or ROOT / "var" / "test" / "pg").absolute()
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "TEPAT_DBUSER", "TEPAT_HTTPS", "TEPAT_HOSTS"):
    os.environ.pop(name, None)
os.environ["TEPAT_HOME"] = str(ROOT / "var" / "test" / "home")
os.environ["TEPAT_SECRET_KEY"] = "signs nothing of value, it is only for tests"
os.environ["TEPAT_DATA_KEY"] = "seals nothing of value, it is only for tests "

from tepat.engine import embedded  # noqa: E402
from tepat.site.settings import *  # noqa: E402, F403
from tepat.site.settings import DATABASES  # noqa: E402

DATABASES["default"] |= {"HOST": str(embedded.socket_folder(PG)), "CONN_MAX_AGE": 0}
AXES_ENABLED = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
