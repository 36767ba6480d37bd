"""Where to go and who we are: settings from the environment, a `.env` file, or given in Python.

An environment is a name and an address. `sandbox`, `staging` and `production` exist; without any
settings everything runs on the sandbox, which needs no account.
"""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gradetools.errors import SettingsError
from gradetools.keychain import find_credentials

_T = TypeVar("_T")

ENVIRONMENTS = ("sandbox", "staging", "production")
#: A name of labels, which may be of any script, or an IP address.
_HOST = re.compile(r"\w([\w.-]*\w)?\.?|[0-9a-f:.]+")
#: A header's name (RFC 9110 section 5.6.2) and what its value may hold.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e\xa0-\xff]([\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?")

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
#: The settings that the official SDK names too, and its names for each, newest first.
_SDK_NAMES = {
    "base_url": ("api_base_url", "base_url"),
    "token_url": ("api_auth_url", "auth_url", "token_url"),
    "client_id": ("api_client_id", "client_id"),
    "client_secret": ("api_client_secret", "client_secret"),
}


def check_url(url: str, what: str) -> str:
    """Give the address in its plainest spelling, or say why nothing may be sent there.

    Plain means: scheme and host in lower case, no default port, no trailing slash, so that one server
    has one name. The address is never repeated in the sentence: it may hold somebody's password.

    Raises:
        SettingsError: not https and not this machine, or with credentials, a query or a fragment.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, user, port = parts.hostname or "", parts.username, parts.port
        host.encode("idna")  # refuses what no name server could be asked
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
    # What different programs would read differently is no address at all.
    odd = "\\" in url or not url.isprintable() or " " in url or not _HOST.fullmatch(host)
    if odd or parts.scheme not in {"http", "https"}:
        raise SettingsError(f"The {what} is not a web address; it must begin with https://.")
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(
            f"The {what} must begin with https://, or the token could be read on the way."
        )
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    place = host if port in (None, usual) else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, so that nothing sent to it leaves it."""
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
        keep_days: for how many days after its end the journal keeps the grades of a push, without which it cannot be
            undone; None keeps them for ever. Older ones are erased when the next push begins.

    Raises:
        SettingsError: a value cannot be used, or an address is unsafe.
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
    keep_days: int | None = Field(default=None, ge=0)
    #: The server is opened from a file of our own, at another port each time; the name identifies it.
    embedded: bool = Field(default=False, repr=False)

    if not TYPE_CHECKING:  # the checker reads the fields instead

        def __init__(self, **given: object) -> None:
            wrong = ""
            try:
                super().__init__(**given)
            except ValidationError as error:
                # Kept out of the chain: a ValidationError remembers what was given, secrets included.
                wrong = _to_sentence(error)
            if wrong:
                del given  # nor in a frame, which a verbose traceback prints
                raise SettingsError(wrong)

    @field_validator("base_url")
    @classmethod
    def _base_url_is_safe(cls, value: str) -> str:
        return check_url(value, "base URL") if value else value

    @field_validator("token_url")
    @classmethod
    def _token_url_is_safe(cls, value: str) -> str:
        return check_url(value, "token URL") if value else value

    @field_validator("headers")
    @classmethod
    def _headers_can_be_sent(cls, value: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
        stripped = {
            name.strip(): SecretStr(text.get_secret_value().strip()) for name, text in value.items()
        }
        for name, text in stripped.items():
            if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(
                text.get_secret_value()
            ):
                raise ValueError("a header is a name and one line of Latin letters")
        return stripped

    @field_validator("ca_bundle", "data_dir")
    @classmethod
    def _find_home(cls, value: Path | None) -> Path | None:
        # `.env` knows no shell that would read the ~.
        return None if value is None else value.expanduser()

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

    @property
    def columns_folder(self) -> Path:
        """Where columns are kept from week to week; each environment has its own, for line items have other ids."""
        return self.data_dir / "columns" / self.env

    def variable(self, what: str) -> str:
        """Name the variable of the environment that sets something: "client id" and the like."""
        return re.sub(r"\W", "_", f"GRADETOOLS_{self.env}_{what}").upper()


class _Source(BaseSettings):
    """What the environment and `.env` may hold under any prefix; all of it optional."""

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


class _Found(_Source):
    """Our own variables under one prefix."""

    scope: str | None = None
    dialect: str | None = None
    headers: dict[str, SecretStr] | None = None
    ca_bundle: Path | None = None
    time_zone: str | None = None
    data_dir: Path | None = None
    keep_days: str | None = None


class _FoundSdk(_Source):
    """The official SDK's variables, so that a machine set up for it needs nothing else."""

    model_config = SettingsConfigDict(env_prefix="TIMEBACK_")

    api_base_url: str | None = None
    api_auth_url: str | None = None
    api_client_id: str | None = None
    api_client_secret: SecretStr | None = None
    auth_url: str | None = None


def load_settings(env: str | None = None) -> Settings:
    """Find the settings of one environment in the process's environment, in `.env`, and its secret in the keyring.

    `GRADETOOLS_STAGING_BASE_URL` and its like serve one environment and go before all others.
    Unprefixed names such as `GRADETOOLS_BASE_URL` serve only the environment that `GRADETOOLS_ENV`
    names; the official SDK's `TIMEBACK_API_*` only the one that `TIMEBACK_ENV` names, or without it
    `GRADETOOLS_ENV`, and never the sandbox: so a production secret is never sent to staging. For
    each name, what the process's environment says goes before `.env`. Where neither has a secret, the
    one that `gradetools login` keeps for this environment at these addresses is taken.

    Staging and production default to Timeback's published hosts. With a base URL of your own there
    is no default token URL, because your secret is no business of theirs.

    Args:
        env: "sandbox", "staging" or "production"; by default what `GRADETOOLS_ENV` names, else the sandbox.

    Raises:
        SettingsError: an unknown environment, an unsafe address, or a value that cannot be read.
    """
    general, sdk = _find("GRADETOOLS_"), _find_sdk()
    named = _lower(general.env)
    name = _lower(env) or named or "sandbox"
    if name not in ENVIRONMENTS:
        # What is no name may be an address, with a password in it.
        told = f" called {name!r}" if re.fullmatch(r"[\w-]+", name) else " of that name"
        raise SettingsError(f"There is no environment{told}; use {', '.join(ENVIRONMENTS)}.")
    # The machine's habits hold everywhere; addresses and secrets only where they were meant.
    found = general.model_dump(
        include={"time_zone", "data_dir", "ca_bundle", "keep_days"}, exclude_none=True
    )
    if name != "sandbox" and name == (_lower(sdk.env) or named):
        found |= _from_sdk(sdk)
    if name == named:
        found |= general.model_dump(exclude={"env"}, exclude_none=True)
    own = _find(f"GRADETOOLS_{name.upper()}_")
    found |= own.model_dump(exclude={"env"}, exclude_none=True)
    published = _PUBLISHED.get(name, {})
    base_url = found.get("base_url", "").strip().rstrip("/")
    if base_url in {"", published.get("base_url")}:
        found = {**published, **found}
    return _with_kept(Settings(env=name, **found))


def _with_kept(settings: Settings) -> Settings:
    """Add client id and secret from the keyring, where no secret is set and they are meant for these addresses."""
    if settings.client_secret or not settings.token_url:
        return settings
    kept = find_credentials(settings.env, base_url=settings.base_url, token_url=settings.token_url)
    if kept is None or settings.client_id not in ("", kept.client_id):
        return settings
    return settings.model_copy(update=kept._asdict())


def _find(prefix: str) -> _Found:
    return _read(lambda: _Found(_env_prefix=prefix))


def _find_sdk() -> _FoundSdk:
    return _read(_FoundSdk)


def _read(find: Callable[[], _T]) -> _T:
    """Read the environment and `.env`, or say in a sentence why they cannot be read."""
    try:
        return find()
    except ValidationError as error:
        wrong = _to_sentence(error)
    except (OSError, UnicodeError):
        wrong = "The file .env cannot be read; save it as UTF-8 text, or take it away."
    raise SettingsError(wrong)


def _lower(name: str | None) -> str:
    return (name or "").strip().lower()


def _from_sdk(sdk: _FoundSdk) -> dict[str, Any]:
    found = {
        name: next(filter(None, (getattr(sdk, sdk_name) for sdk_name in sdk_names)), None)
        for name, sdk_names in _SDK_NAMES.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def _to_sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"][:1]) or "settings"
    what = first["msg"].removeprefix("Value error, ").rstrip(".")
    if where == "headers":
        what = 'write them as JSON, like {"x-api-key": "abc"}'
    # Sentences about addresses are whole already.
    return f"{what}." if what.startswith("The ") else f"The setting {where} cannot be used: {what}."
