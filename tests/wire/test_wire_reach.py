"""Where the token may go, and where it may not: redirects, other hosts, .netrc, proxies, certificates, ids."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from wire_desk import QUICK, SECRET, FakeTime, Say, Scripted, find_secrets, serve

from gradetools.errors import (
    AuthError,
    NotFoundError,
    RefusedError,
    SettingsError,
    UnreachableError,
)
from gradetools.gradebook import Gradebook, connect
from gradetools.sandbox import Sandbox
from gradetools.settings import Settings
from gradetools.transport import Transport, encode_segment

AWAY = {
    "base_url": "https://grades.invalid",
    "token_url": "https://tokens.invalid/token",
    "client_id": "id",
    "client_secret": SECRET,
}


@pytest.fixture
def other() -> Iterator[Scripted]:
    """Serve another host, which must hear nothing."""
    with serve() as scripted:
        yield scripted


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_no_redirect_is_followed(other: Scripted, method: str, status: int) -> None:
    """A redirect is an error that says so; neither the request nor the token goes where it points."""
    with serve([Say(status, b"", {"Location": f"{other.base_url}/x"})]) as scripted:
        with pytest.raises(RefusedError, match=rf"redirects .*\({status}\).*correct the base URL"):
            Transport(scripted.settings()).request(method, "/x")
        assert len(scripted.requests()) == 1
    assert other.heard == []


@pytest.mark.parametrize("location", ["http://[", "\xff\xfe", "//", "file:///x"])
def test_a_redirect_to_nowhere(location: str) -> None:
    """A redirect to what is no address at all is no traceback."""
    with (
        serve([Say(302, b"", {"Location": location})]) as scripted,
        pytest.raises((RefusedError, UnreachableError)),
    ):
        Transport(scripted.settings(), patience=QUICK).request("GET", "/x")


def test_the_secret_follows_no_redirect(other: Scripted) -> None:
    """A token server that redirects does not get the secret sent elsewhere."""
    with (
        serve(tokens=[Say(307, b"", {"Location": f"{other.base_url}/token"})]) as scripted,
        pytest.raises(AuthError, match="gives no token"),
    ):
        Transport(scripted.settings()).request("GET", "/x")
    assert other.heard == []


def test_netrc_is_never_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A password of `.netrc` for the same host takes the place of neither secret nor token."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password thief\ndefault login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serve() as scripted:
        Transport(scripted.settings()).request("GET", "/x")
        sent = [heard.headers["authorization"].split()[0] for heard in scripted.heard]
        assert (sent, scripted.requests()[0].headers["authorization"]) == (
            ["Basic", "Bearer"],
            "Bearer token-1",
        )


def test_cookies_are_not_sent_back() -> None:
    """What a server sets as a cookie is forgotten."""
    with serve([Say(headers={"Set-Cookie": "a=b; Path=/"})]) as scripted:
        transport = Transport(scripted.settings())
        for _ in range(2):
            transport.request("GET", "/x")
        assert [heard.headers.get("cookie") for heard in scripted.requests()] == [None, None]


def test_headers_of_the_settings_are_sent() -> None:
    """A gateway's key goes with every request, not to the token server, and replaces no token."""
    headers = {"x-api-key": "key", "Authorization": "mine"}
    with serve() as scripted:
        Transport(scripted.settings(headers=headers)).request("PUT", "/x", body={})
        (token,), (asked,) = scripted.token_requests(), scripted.requests()
    assert (asked.headers["x-api-key"], token.headers.get("x-api-key")) == ("key", None)
    assert asked.headers["authorization"] == "Bearer token-1"


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_used(
    other: Scripted, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An https request goes to the proxy as CONNECT, which tells it the host and no secret."""
    monkeypatch.setenv(name, other.base_url)
    with serve([Say(502)]) as proxy:
        monkeypatch.setenv(name, proxy.base_url)
        with pytest.raises(UnreachableError, match="proxy on the way to tokens") as caught:
            Transport(Settings(**AWAY), patience=QUICK).request("GET", "/x")
        heard = proxy.heard
    assert {(one.method, one.path) for one in heard} == {("CONNECT", "tokens.invalid:443")}
    assert [one for one in heard if "authorization" in one.headers] == []
    assert find_secrets(caught.value, SECRET) == []


def test_no_proxy_is_honoured(other: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that NO_PROXY names is asked directly."""
    monkeypatch.setenv("https_proxy", other.base_url)
    monkeypatch.setenv("no_proxy", "0.0.0.0")  # noqa: S104 - this machine, but not by a loopback name
    with serve() as scripted:
        settings = Settings(**AWAY | {"token_url": f"https://0.0.0.0:{scripted.port}/token"})
        with pytest.raises(UnreachableError, match="does not speak https"):
            Transport(settings, patience=QUICK).request("GET", "/x")
    assert other.heard == []


def test_this_machine_is_reached_without_a_proxy(
    other: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes in the clear to this machine goes through no proxy, where its token could be read."""
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, other.base_url)
    with serve() as scripted:
        assert Transport(scripted.settings()).request("GET", "/x").status == 200
    assert other.heard == []


class Certificate(NamedTuple):
    """A certificate that nobody knows: its file, and how a server shows it."""

    pem: Path
    context: ssl.SSLContext


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """Make a certificate for this machine, by either of its names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    alternative = x509.SubjectAlternativeName(names)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = tmp_path / "ca.pem", tmp_path / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    return Certificate(pem, context)


@pytest.fixture
def certified(certificate: Certificate) -> Iterator[tuple[str, Path]]:
    """Serve https with that certificate: its address, and the certificate's file."""
    with serve(tls=certificate.context) as scripted:
        yield f"https://localhost:{scripted.port}", certificate.pem


@pytest.mark.parametrize("path", ["/x", "/token"], ids=["gradebook", "token"])
@pytest.mark.parametrize(
    ("scheme", "host"),
    [("http", "localhost"), ("https", "127.0.0.1"), ("https", "localhost"), ("http", "127.0.0.1")],
    ids=["down to http", "another host", "another port", "both"],
)
def test_nothing_follows_a_redirect_from_https(
    certificate: Certificate, scheme: str, host: str, path: str
) -> None:
    """From https neither token nor secret follows a redirect: not down to http, not to a host that is as well certified."""
    with serve(tls=certificate.context if scheme == "https" else None) as elsewhere:
        away = Say(308, b"", {"Location": f"{scheme}://{host}:{elsewhere.port}{path}"})
        redirecting = {"tokens": [away]} if path == "/token" else {"script": [away]}
        with serve(tls=certificate.context, **redirecting) as asked:
            with pytest.raises((RefusedError, AuthError)):
                ask_securely(f"https://localhost:{asked.port}", ca_bundle=certificate.pem)
            assert [heard.path for heard in asked.heard][-1] == path
        assert elsewhere.heard == []


def ask_securely(url: str, passing: FakeTime | None = None, **given: object) -> int:
    """Ask a server over https."""
    settings = Settings(**AWAY | {"base_url": url, "token_url": f"{url}/token"} | given)
    return Transport(settings, clock=(passing or FakeTime()).clock).request("GET", "/x").status


@pytest.mark.parametrize("bundle", ["", certifi.where()], ids=["none", "named"])
def test_certificates_are_verified(
    certified: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    """A certificate that nobody known has signed is refused, and not asked for again, whether a CA bundle is named or not."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, bundle)
    passing = FakeTime()
    with pytest.raises(UnreachableError, match=r"certificate of localhost:\d+ cannot be verified"):
        ask_securely(certified[0], passing)
    assert passing.waits == []


def test_the_ca_bundle_of_the_settings(certified: tuple[str, Path]) -> None:
    """Certificates that the settings name are trusted."""
    assert ask_securely(certified[0], ca_bundle=certified[1]) == 200


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_ca_bundle_of_the_environment(
    certified: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Certificates that the environment names are trusted."""
    for each in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, str(certified[1]))
    assert ask_securely(certified[0]) == 200


def test_a_ca_bundle_that_is_not_there(certified: tuple[str, Path]) -> None:
    """A CA bundle that is not there is a sentence about the settings."""
    with pytest.raises(
        SettingsError, match=r"CA bundle none\.pem is not there; correct GRADETOOLS_"
    ):
        ask_securely(certified[0], ca_bundle=Path("none.pem"))


def test_https_where_there_is_none() -> None:
    """A server that speaks no https is told as such."""
    with (
        serve() as scripted,
        pytest.raises(UnreachableError, match="does not speak https as it should"),
    ):
        ask_securely(f"https://localhost:{scripted.port}")


@pytest.mark.parametrize("field", ["base_url", "token_url"])
def test_settings_that_went_round_their_checks(field: str) -> None:
    """An unsafe address that came into the settings unchecked is refused before anything is sent."""
    settings = Settings(**AWAY).model_copy(update={field: "http://me:pw@grades.invalid"})
    with pytest.raises(SettingsError, match="holds a user name or password"):
        Transport(settings)


@pytest.mark.parametrize("field", ["base URL", "token URL"])
def test_an_address_that_is_not_set(field: str) -> None:
    """Without an address nothing is sent, and the variable to set is named."""
    given = AWAY | {field.replace(" ", "_").lower(): ""}
    variable = f"GRADETOOLS_SANDBOX_{field.replace(' ', '_').upper()}"
    with pytest.raises(SettingsError, match=f"The {field} of sandbox is not set; put {variable}"):
        Transport(Settings(**given))


IDS = ["a/b", "../users/u1", "?x=1", "#x", "%2e%2e", "%2F", "a b+c", "größe", "\u202e", "...", ".a",
       "a\nb", "a\r\nX: y", "\x00", "\\..\\", ";p", "caliper_urn:uuid:1", "x" * 10_000]  # fmt: skip


@pytest.mark.parametrize("sourced_id", IDS, ids=ascii)
def test_no_id_changes_the_path(sourced_id: str) -> None:
    """Whatever an id holds, the wire shows it encoded, as one segment of the same path."""
    with serve([Say(404)]) as scripted, connect(scripted.settings()) as gradebook:
        assert gradebook.get_record(sourced_id) is None
        path = scripted.requests()[0].path
    before, _, last = urlsplit(path).path.rpartition("/")
    assert (before, unquote(last)) == ("/ims/oneroster/gradebook/v1p2/results", sourced_id)
    assert (urlsplit(path).query, urlsplit(path).fragment) == ("", "")


@pytest.mark.parametrize("sourced_id", ["", ".", "..", "\ud800"])
def test_what_no_encoding_can_carry(sourced_id: str) -> None:
    """Ids that would change the path, or that no address can hold, are refused before anything is sent."""
    with pytest.raises(NotFoundError, match="No address can name the id"):
        encode_segment(sourced_id)
    with serve([Say(404)]) as scripted, connect(scripted.settings()) as gradebook:
        assert gradebook.get_record(sourced_id) is None
        assert scripted.heard == []


@pytest.mark.parametrize("sourced_id", [each for each in IDS if "\x00" not in each][:-1], ids=ascii)
def test_an_odd_id_is_stored_under_itself(sourced_id: str, odd: Gradebook) -> None:
    """A result under an odd id is found again under that id, and no other is touched."""
    record = odd.get_record("algebra-quiz-1.student-001")
    assert record is not None
    odd.put_record(record | {"sourcedId": sourced_id})
    stored = odd.get_record(sourced_id)
    assert stored is not None
    assert stored["sourcedId"] == sourced_id


@pytest.fixture(scope="module")
def odd() -> Iterator[Gradebook]:
    """Serve the invented school for a module's tests."""
    with Sandbox() as sandbox, connect(sandbox) as gradebook:
        yield gradebook


def test_a_body_is_ascii() -> None:
    """A body is plain ASCII JSON, in which every character arrives, half a one included."""
    with serve() as scripted:
        Transport(scripted.settings()).request("PUT", "/x", body={"a": "größe \ud800 \U0001f600"})
        body = scripted.requests()[0].body
    assert (body.isascii(), json.loads(body)) == (True, {"a": "größe \ud800 \U0001f600"})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1}])
def test_what_json_cannot_say_is_not_sent(value: object) -> None:
    """NaN and its like are refused before anything is sent."""
    with serve() as scripted:
        with pytest.raises(RefusedError, match="JSON has no word for"):
            Transport(scripted.settings()).request("PUT", "/x", body={"score": value})
        assert scripted.heard == []
