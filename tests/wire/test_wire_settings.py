"""Settings: found where they were put, refused when unsafe, and silent about secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
from wire_desk import SECRET, find_secrets

from gradetools.errors import SettingsError
from gradetools.settings import Settings, check_url, load_settings

PUBLISHED = {
    "staging": (
        "https://api.staging.alpha-1edtech.ai",
        "https://staging-beyond-timeback-api-2-idp.auth.us-east-1.amazoncognito.com/oauth2/token",
    ),
    "production": (
        "https://api.alpha-1edtech.ai",
        "https://prod-beyond-timeback-api-2-idp.auth.us-east-1.amazoncognito.com/oauth2/token",
    ),
}


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Put variables into the environment; the data folder of the tests is taken out."""
    monkeypatch.delenv("GRADETOOLS_DATA_DIR", raising=False)
    return monkeypatch


def write_env(text: str) -> None:
    """Write `.env` into the working folder."""
    Path(".env").write_text(text, encoding="utf-8")


def secret_of(settings: Settings) -> str:
    """Read the secret out of settings."""
    return settings.client_secret.get_secret_value()


def test_without_settings_it_is_the_sandbox() -> None:
    """With no settings at all the environment is the sandbox, which is opened here."""
    settings = load_settings()
    assert (settings.env, settings.base_url, settings.needs_sandbox) == ("sandbox", "", True)


@pytest.mark.parametrize("env", ["staging", "production"])
def test_published_hosts_are_the_default(env: str) -> None:
    """Staging and production lead to Timeback's published hosts unless told otherwise."""
    settings = load_settings(env)
    assert (settings.base_url, settings.token_url) == PUBLISHED[env]


def test_prefixed_names_serve_one_environment(put: pytest.MonkeyPatch) -> None:
    """What is set for staging is staging's, whatever GRADETOOLS_ENV says, and not production's."""
    put.setenv("GRADETOOLS_ENV", "production")
    put.setenv("GRADETOOLS_STAGING_CLIENT_ID", "staging-id")
    put.setenv("GRADETOOLS_STAGING_CLIENT_SECRET", SECRET)
    staging, production = load_settings("staging"), load_settings()
    assert (staging.client_id, secret_of(staging)) == ("staging-id", SECRET)
    assert (production.env, production.client_id, secret_of(production)) == ("production", "", "")


def test_unprefixed_names_serve_the_named_environment_only(put: pytest.MonkeyPatch) -> None:
    """An unprefixed secret goes to the environment that GRADETOOLS_ENV names and to no other."""
    put.setenv("GRADETOOLS_ENV", "staging")
    put.setenv("GRADETOOLS_CLIENT_SECRET", SECRET)
    secrets = {env: secret_of(load_settings(env)) for env in ("sandbox", "staging", "production")}
    assert secrets == {"sandbox": "", "staging": SECRET, "production": ""}


def test_unprefixed_names_serve_nobody_without_a_name(put: pytest.MonkeyPatch) -> None:
    """Without GRADETOOLS_ENV an unprefixed address is nobody's, not even the sandbox's."""
    put.setenv("GRADETOOLS_BASE_URL", "https://grades.example.org")
    assert [load_settings(env).base_url for env in (None, "staging")] == [
        "",
        PUBLISHED["staging"][0],
    ]


def test_prefixed_goes_before_unprefixed(put: pytest.MonkeyPatch) -> None:
    """The name made for the environment goes before the unprefixed one and before the SDK's."""
    put.setenv("GRADETOOLS_ENV", "staging")
    put.setenv("TIMEBACK_API_CLIENT_ID", "sdk")
    assert load_settings().client_id == "sdk"
    put.setenv("GRADETOOLS_CLIENT_ID", "unprefixed")
    assert load_settings().client_id == "unprefixed"
    put.setenv("GRADETOOLS_STAGING_CLIENT_ID", "prefixed")
    assert load_settings().client_id == "prefixed"


def test_the_environment_goes_before_the_file(put: pytest.MonkeyPatch) -> None:
    """For one name, what the process's environment says goes before `.env`."""
    write_env("GRADETOOLS_ENV=staging\nGRADETOOLS_CLIENT_ID=file\nGRADETOOLS_SCOPE=file\n")
    put.setenv("GRADETOOLS_CLIENT_ID", "process")
    settings = load_settings()
    assert (settings.env, settings.client_id, settings.scope) == ("staging", "process", "file")


@pytest.mark.parametrize("legacy", [False, True])
def test_sdk_names(put: pytest.MonkeyPatch, legacy: bool) -> None:  # noqa: FBT001 - given by pytest
    """The official SDK's variables are understood, the newer and the older ones."""
    api = "" if legacy else "API_"
    put.setenv("TIMEBACK_ENV", "production")
    put.setenv(f"TIMEBACK_{api}BASE_URL", "https://grades.example.org/")
    put.setenv(f"TIMEBACK_{api}AUTH_URL", "https://tokens.example.org/oauth2/token")
    put.setenv(f"TIMEBACK_{api}CLIENT_ID", "sdk")
    put.setenv(f"TIMEBACK_{api}CLIENT_SECRET", SECRET)
    settings = load_settings("production")
    assert (settings.base_url, settings.token_url, settings.client_id, secret_of(settings)) == (
        "https://grades.example.org",
        "https://tokens.example.org/oauth2/token",
        "sdk",
        SECRET,
    )


def test_sdk_names_serve_the_environment_they_name(put: pytest.MonkeyPatch) -> None:
    """The SDK's production secret goes to no staging, though GRADETOOLS_ENV names that."""
    put.setenv("GRADETOOLS_ENV", "staging")
    put.setenv("TIMEBACK_ENV", "production")
    put.setenv("TIMEBACK_API_CLIENT_SECRET", SECRET)
    assert [secret_of(load_settings(env)) for env in (None, "production")] == ["", SECRET]


def test_sdk_names_never_make_a_sandbox(put: pytest.MonkeyPatch) -> None:
    """What is called sandbox is never a server that the SDK's variables name."""
    put.setenv("GRADETOOLS_ENV", "sandbox")
    put.setenv("TIMEBACK_API_BASE_URL", PUBLISHED["production"][0])
    put.setenv("TIMEBACK_API_CLIENT_SECRET", SECRET)
    settings = load_settings()
    assert (settings.base_url, secret_of(settings)) == ("", "")


def test_a_secret_is_not_sent_to_a_token_server_nobody_named(put: pytest.MonkeyPatch) -> None:
    """With a base URL of one's own, the published token server is no default any more."""
    put.setenv("GRADETOOLS_STAGING_BASE_URL", "https://grades.example.org")
    assert load_settings("staging").token_url == ""
    put.setenv("GRADETOOLS_STAGING_BASE_URL", PUBLISHED["staging"][0] + "/")
    assert load_settings("staging").token_url == PUBLISHED["staging"][1]


def test_empty_values_say_nothing(put: pytest.MonkeyPatch) -> None:
    """An empty variable is one that is not set."""
    write_env("GRADETOOLS_STAGING_CLIENT_ID=file\n")
    for name in ("ENV", "STAGING_BASE_URL", "STAGING_CLIENT_ID", "STAGING_HEADERS", "TIME_ZONE"):
        put.setenv(f"GRADETOOLS_{name}", "")
    settings = load_settings("staging")
    assert (settings.base_url, settings.time_zone) == (PUBLISHED["staging"][0], "UTC")
    assert load_settings().env == "sandbox"


def test_stray_white_space_goes(put: pytest.MonkeyPatch) -> None:
    """White space around id, secret, address, header and name is a slip of copying."""
    put.setenv("GRADETOOLS_ENV", " Staging ")
    put.setenv("GRADETOOLS_CLIENT_ID", "id\n")
    put.setenv("GRADETOOLS_CLIENT_SECRET", f"\t{SECRET} \n")
    put.setenv("GRADETOOLS_BASE_URL", " https://grades.example.org/ ")
    put.setenv("GRADETOOLS_HEADERS", '{"x-api-key": " key\\n"}')
    settings = load_settings()
    assert (settings.env, settings.client_id, secret_of(settings)) == ("staging", "id", SECRET)
    assert settings.base_url == "https://grades.example.org"
    assert settings.headers["x-api-key"].get_secret_value() == "key"


def test_machine_habits_hold_everywhere(put: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Time zone, data folder and CA bundle serve every environment; the ~ is the home folder."""
    put.setenv("GRADETOOLS_TIME_ZONE", "Europe/Berlin")
    put.setenv("GRADETOOLS_DATA_DIR", "~/grades")
    put.setenv("GRADETOOLS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    settings = load_settings("production")
    assert (settings.time_zone, settings.ca_bundle) == ("Europe/Berlin", tmp_path / "ca.pem")
    assert settings.data_dir == Path.home() / "grades"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GRADETOOLS_ENV", "prod", "no environment called 'prod'; use sandbox, staging"),
        ("GRADETOOLS_ENV", "https://me:planted@x", "no environment of that name; use sandbox"),
        ("GRADETOOLS_TIME_ZONE", "Berlin", "time_zone cannot be used: the time zone is not known"),
        ("GRADETOOLS_SANDBOX_DIALECT", "edfi", "dialect cannot be used"),
        ("GRADETOOLS_SANDBOX_HEADERS", "planted", "write them as JSON"),
        ("GRADETOOLS_SANDBOX_HEADERS", '{"x": "a\\nplanted"}', "write them as JSON"),
        ("GRADETOOLS_SANDBOX_HEADERS", '{"x y": "planted"}', "write them as JSON"),
    ],
)
def test_a_value_that_cannot_be_used(
    put: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    """A value that cannot be used is named in one sentence, which does not repeat it."""
    put.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "planted" not in str(caught.value)


def test_a_file_that_is_no_text() -> None:
    """A `.env` in another encoding is a sentence, not a traceback of decoding."""
    Path(".env").write_bytes("GRADETOOLS_ENV=staging # für Übung".encode("cp1252"))
    with pytest.raises(SettingsError, match=r"\.env cannot be read; save it as UTF-8"):
        load_settings()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://grades.example.org", "must begin with https://"),
        ("http://127.0.0.1.example.org", "must begin with https://"),
        ("http://localhost.example.org", "must begin with https://"),
        ("ftp://grades.example.org", "not a web address"),
        ("grades.example.org", "not a web address"),
        ("https://", "not a web address"),
        ("https://[planted", "not a web address"),
        ("https://planted..example.org", "not a web address"),
        (f"https://{'planted' * 10}.example.org", "not a web address"),
        ("https://grades.example.org:port", "not a web address"),
        ("https://grades.example.org\\@planted.example.org", "user name or password"),
        ("https://grades.example.org\\planted", "not a web address"),
        ("https://grades.example.org/\\planted", "not a web address"),
        ("https://grades example.org", "not a web address"),
        ("https://grades.exa\nmple.org", "not a web address"),
        ("https://grades.example.org/\u202eplanted", "not a web address"),
        ("https://grades%2eexample.org", "not a web address"),
        ("https://me:planted@grades.example.org", "user name or password"),
        ("https://planted@grades.example.org", "user name or password"),
        ("https://:planted@grades.example.org", "user name or password"),
        ("https://grades.example.org?key=planted", "take away what follows"),
        ("https://grades.example.org/?", "take away what follows"),
        ("https://grades.example.org/#planted", "take away what follows"),
    ],
)
@pytest.mark.parametrize("field", ["base_url", "token_url"])
def test_an_unsafe_address_is_refused(field: str, url: str, told: str) -> None:
    """An address that could give the token away is refused, and nothing of it is repeated."""
    with pytest.raises(SettingsError) as caught:
        Settings(**{field: url})
    assert told in str(caught.value)
    assert str(caught.value).startswith("The base URL" if field == "base_url" else "The token URL")
    assert find_secrets(caught.value, "planted", "grades") == []


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("HTTPS://Grades.Example.ORG:443/Path/", "https://grades.example.org/Path"),
        ("https://grades.example.org:8443//", "https://grades.example.org:8443"),
        ("https://größe.example.org", "https://größe.example.org"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_one_server_has_one_spelling(url: str, plain: str) -> None:
    """Case of the host, default port and trailing slash make no second server."""
    assert check_url(url, "base URL") == plain


def test_secrets_do_not_show() -> None:
    """Settings show neither the secret nor the values of headers, however they are printed."""
    settings = Settings(client_secret=SECRET, headers={"x-api-key": "planted-key"})
    shown = [repr(settings), str(settings), settings.model_dump_json(), f"{settings.model_dump()}"]
    assert [text for text in shown if "planted" in text] == []


def test_an_error_does_not_remember_the_secret() -> None:
    """Settings that are refused leave no secret in the error, its chain or its details."""
    with pytest.raises(SettingsError) as caught:
        Settings(client_secret=SECRET, time_zone="nowhere", headers={"x": "a"})
    assert caught.value.__context__ is None
    assert find_secrets(caught.value, SECRET) == []


def test_a_setting_that_does_not_exist() -> None:
    """A misspelt setting is named."""
    with pytest.raises(SettingsError, match="client_identity cannot be used"):
        Settings(client_identity="x")


def test_the_variable_of_a_setting_is_named() -> None:
    """Sentences can name the variable that sets something, whatever the environment is called."""
    names = [Settings(env=env).variable("client id") for env in ("staging", "rehearsal-midterm")]
    assert names == ["GRADETOOLS_STAGING_CLIENT_ID", "GRADETOOLS_REHEARSAL_MIDTERM_CLIENT_ID"]
