"""Letters over TLS to a real mail server on this machine: sent if its certificate is right, else kept."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from aggregator.config import load_config
from aggregator.config.settings import load_settings
from aggregator.deliver.mail.smtp import SmtpServer, SmtpSender
from aggregator.errors import DeliveryError
from aggregator.model import DeliveryStatus
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.store import open_store
from tests.conftest import PROJECT
from tests.deliver.digest.digests import digest, item, next_due, under
from tests.deliver.mail.subscribers import reader, stationery
from tests.support.builders import instant

pytestmark = pytest.mark.filterwarnings(
    # aiosmtpd does not see that a line is encrypted from its first byte.
    "ignore:Requiring AUTH while not requiring TLS:UserWarning"
)

MONDAY = instant("2024-01-29 08:00")
PASSWORD = "over TLS only"  # noqa: S105  # of a server that lives for a test
PAST = datetime(2020, 1, 1, tzinfo=UTC)

CA = trustme.CA()
RIGHT = CA.issue_cert("localhost")
WRONG = {
    "unknown": trustme.CA().issue_cert("localhost"),
    "of another host": CA.issue_cert("mail.elsewhere.org"),
    "too old": CA.issue_cert("localhost", not_after=PAST),
}


@dataclass
class Mail:
    """A mail server's memory: whose letters came, and whether by an encrypted line."""

    taken: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert server.transport is not None
        encrypted = session.ssl or server.transport.get_extra_info("sslcontext")
        self.taken.append(f"{envelope.rcpt_tos[0]} {'over TLS' if encrypted else 'in the open'}")
        return "250 taken"

    def knows(self, _s: SMTP, _session: Session, _e: Envelope, _mechanism: str, said: object) -> AuthResult:
        known = isinstance(said, LoginPassword) and said.password == PASSWORD.encode()
        return AuthResult(success=known, handled=known)


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[DeliveryService]:
    """Two letters are planned."""
    settings = load_settings(PROJECT / "settings.yaml", store=f"sqlite:///{tmp_path}/store.db")
    config = load_config(settings.model_copy(update={"mail_allow": ("*",)}))
    with open_store(config.settings.store_url) as store:
        store.digests.issue([digest(under("Documents", item()), issued=MONDAY)])
        store.subscribers.add([reader(id=name, address=f"{name}@example.org") for name in "ab"])
        made = DeliveryService(config, store, stationery())
        made.plan_digests(MONDAY)
        yield made


@pytest.fixture(autouse=True)
def _trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts one authority, as an operator with an own one would set it up."""
    CA.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def send(letters: DeliveryService, certificate: trustme.LeafCert, tls_first: bool, password: str = PASSWORD) -> Mail:
    """Send what is due to a server with this certificate that takes nobody without user and password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    mail = Mail()
    starttls = None if tls_first else context

    def line() -> SMTP:
        return SMTP(
            mail,
            hostname="localhost",
            tls_context=starttls,
            require_starttls=not tls_first,
            authenticator=mail.knows,
            auth_required=True,
            auth_require_tls=not tls_first,
        )

    async def work() -> None:
        loop = asyncio.get_running_loop()
        found = await loop.create_server(line, "127.0.0.1", 0, ssl=context if tls_first else None)
        async with found:
            port = found.sockets[0].getsockname()[1]
            way = SmtpSender(
                SmtpServer(
                    host="localhost",
                    port=port,
                    implicit_tls=tls_first,
                    starttls=True,
                    user="letters",
                    password=password,
                )
            )
            try:
                await letters.send_due(way, lambda: letters_due(letters))
            finally:
                await way.close()

    asyncio.run(work())
    return mail


def letters_due(letters: DeliveryService) -> datetime:
    """The instant at which what is planned may be tried."""
    return next_due(letters.store) or MONDAY


BOTH = pytest.mark.parametrize("tls_first", [True, False], ids=["implicit TLS", "STARTTLS"])


@BOTH
def test_letters_go_over_tls_with_user_and_password(letters: DeliveryService, tls_first: bool) -> None:
    mail = send(letters, RIGHT, tls_first)

    assert sorted(mail.taken) == ["a@example.org over TLS", "b@example.org over TLS"]
    assert letters.store.deliveries.counts_by_run() == {"2024-W04": {"accepted": 2, "unsure": 0}}


@BOTH
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_certificate_is_refused_and_no_letter_is_lost(
    letters: DeliveryService, tls_first: bool, wrong: str
) -> None:
    with pytest.raises(DeliveryError, match=r"localhost:\d+: cannot be used: .*certificate"):
        send(letters, WRONG[wrong], tls_first)

    kept = [one for name in "ab" for one in letters.store.deliveries.of_subscriber(name)]
    assert [(one.status, one.attempts, one.unknown_outcomes) for one in kept] == [(DeliveryStatus.PLANNED, 0, 0)] * 2
    assert len(send(letters, RIGHT, tls_first).taken) == 2


@BOTH
def test_a_wrong_password_over_tls_loses_no_letter(letters: DeliveryService, tls_first: bool) -> None:
    with pytest.raises(DeliveryError, match="does not take the user and password"):
        send(letters, RIGHT, tls_first, password="wrong")  # noqa: S106  # that it is wrong is the point

    assert len(send(letters, RIGHT, tls_first).taken) == 2
