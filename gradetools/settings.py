"""Where to go and who we are: settings from the environment, a `.env` file, or given in Python.

An environment is a name and an address. `sandbox`, `staging` and `production` exist; without any
settings everything runs on the sandbox, which needs no account.
"""

from __future__ import annotations

import ipaddress
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gradetools.errors import SettingsError

ENVIRONMENTS = ("sandbox", "staging", "production")

#: Timeback's published hosts, from its official Python SDK 0.4.0; both can be set.
_PUBLISHED = {
    "staging": {
        "base_url": "https://api.staging.alpha-1edtech.ai",
        "token_url": "https://staging-beyond-timeback-api-2-idp.auth.us-east-1.amazoncognito.com/oauth2/token",
    },
    "production": {
        "base_url": "https://api.alpha-1edtech.ai",
        "token_url": "https://prod-beyond-timeback-api-2-idp.auth.us-east-1.amazoncognito.com/oauth2/token",
    },
}
#: The official SDK's names, newest first, and the setting each stands for.
_SDK_NAMES = {
    "api_base_url": "base_url",
    "base_url": "base_url",
    "api_auth_url": "token_url",
    "auth_url": "token_url",
    "token_url": "token_url",
    "api_client_id": "client_id",
    "client_id": "client_id",
    "api_client_secret": "client_secret",
    "client_secret": "client_secret",
}


def check_url(url: str, what: str) -> str:
    """Give the address without a trailing slash, or say why nothing may be sent there.

    The address is never repeated in the sentence: it may hold somebody's password.

    Raises:
        SettingsError: not https and not this machine, or with credentials, a query or a fragment.
    """
    try:
        parts = urlsplit(url.strip())
        host, user, _ = parts.hostname or "", parts.username, parts.port
    except ValueError:
        raise SettingsError(
            f"The {what} is not a web address; correct it in the settings."
        ) from None
    if user is not None or parts.password is not None:
        raise SettingsError(
            f"The {what} holds a user name or password; take it out and set the client id and secret instead."
        )
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise SettingsError(f"The {what} must end with its path; take away what follows ? or #.")
    if not host or parts.scheme not in {"http", "https"}:
        raise SettingsError(f"The {what} is not a web address; it must begin with https://.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise SettingsError(
            f"The {what} must begin with https://, or the token could be read on the way."
        )
    return url.strip().rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseModel):
    """Where one gradebook is, who we are to it, and how it wants to be spoken to.

    Attributes:
        env: the environment's name; plans and the journal are bound to it and to `base_url`.
        base_url: the server, without the `/ims/oneroster` path; empty for the sandbox that is
            opened from a file of this machine.
        token_url: where an OAuth 2.0 client-credentials token is had (RFC 6749 section 4.4).
        scope: sent with the token request where the server wants one; the `oneroster` dialect has a default.
        dialect: "timeback", or "oneroster" for the official 1.2 form.
        headers: sent with every request, for gateways that want a key of their own.
        ca_bundle: certificates to trust instead of the system's; they are always verified.
        time_zone: the zone in which the dates of a sheet are meant.
        data_dir: where the journal, rehearsals and the sandbox are kept.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="forbid")

    env: str = Field(default="sandbox", pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    base_url: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scope: str | None = None
    dialect: Literal["timeback", "oneroster"] = "timeback"
    headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    ca_bundle: Path | None = None
    time_zone: str = "UTC"
    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("gradetools"))
    #: The server is opened from a file of our own, at another port each time; the name identifies it.
    embedded: bool = Field(default=False, repr=False)

    @field_validator("base_url")
    @classmethod
    def _base_url_is_safe(cls, value: str) -> str:
        return check_url(value, "base URL") if value else value

    @field_validator("token_url")
    @classmethod
    def _token_url_is_safe(cls, value: str) -> str:
        return check_url(value, "token URL") if value else value

    @field_validator("client_id")
    @classmethod
    def _strip_id(cls, value: str) -> str:
        return value.strip()

    @field_validator("client_secret")
    @classmethod
    def _strip_secret(cls, value: SecretStr) -> SecretStr:
        # Stray white space from copying is the usual cause of `invalid_client`.
        return SecretStr(value.get_secret_value().strip())

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            raise ValueError("the time zone is not known; write it like Europe/Berlin") from None
        return value

    @property
    def needs_sandbox(self) -> bool:
        """Whether nothing says where the sandbox is, so that one is opened here."""
        return self.env == "sandbox" and not self.base_url


class _Found(BaseSettings):
    """What the environment and `.env` hold under one prefix; all of it optional."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    env: str | None = None
    base_url: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    scope: str | None = None
    dialect: str | None = None
    headers: dict[str, str] | None = None
    ca_bundle: Path | None = None
    time_zone: str | None = None
    data_dir: Path | None = None


class _FoundSdk(BaseSettings):
    """The official SDK's variables, so that a machine set up for it needs nothing else."""

    model_config = SettingsConfigDict(
        env_prefix="TIMEBACK_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
    )

    env: str | None = None
    api_base_url: str | None = None
    api_auth_url: str | None = None
    api_client_id: str | None = None
    api_client_secret: SecretStr | None = None
    base_url: str | None = None
    auth_url: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None


def load_settings(env: str | None = None) -> Settings:
    """Find the settings of one environment in the process's environment and in `.env`.

    `GRADETOOLS_STAGING_BASE_URL` and its like serve one environment; unprefixed names such as
    `GRADETOOLS_BASE_URL`, and the official SDK's `TIMEBACK_API_*`, serve only the environment that
    `GRADETOOLS_ENV` (or the SDK's `TIMEBACK_ENV`) names, so that a production secret is never sent
    to staging. What the process's environment says goes before `.env`.

    Args:
        env: "sandbox", "staging" or "production"; by default what `GRADETOOLS_ENV` names, else the sandbox.

    Raises:
        SettingsError: an unknown environment, an unsafe address, or a value that cannot be read.
    """
    try:
        general, sdk = _Found(_env_prefix="GRADETOOLS_"), _FoundSdk()
        named = (general.env or "").strip().lower()
        name = (env or named or "sandbox").strip().lower()
        if name not in ENVIRONMENTS:
            raise SettingsError(
                f"There is no environment called {name!r}; use {', '.join(ENVIRONMENTS)}."
            )
        own = _Found(_env_prefix=f"GRADETOOLS_{name.upper()}_")
        # The machine's habits hold everywhere; addresses and secrets only where they were meant.
        habits = general.model_dump(
            include={"time_zone", "data_dir", "ca_bundle"}, exclude_none=True
        )
        found: dict[str, Any] = {**_PUBLISHED.get(name, {}), **habits}
        if name == (named or (sdk.env or "").strip().lower()):
            found |= _from_sdk(sdk)
        if name == named:
            found |= general.model_dump(exclude={"env"}, exclude_none=True)
        return Settings(env=name, **(found | own.model_dump(exclude={"env"}, exclude_none=True)))
    except ValidationError as error:
        raise SettingsError(_settings_sentence(error)) from None


def _from_sdk(sdk: _FoundSdk) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for sdk_name, name in _SDK_NAMES.items():
        value = getattr(sdk, sdk_name)
        if value is not None:
            found.setdefault(name, value)
    return found


def _settings_sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "settings"
    what = first["msg"].removeprefix("Value error, ")
    return (
        what
        if what[:1].isupper() and what.endswith(".")
        else f"The setting {where} cannot be used: {what}."
    )
