"""Mail over TLS to a real mail server on this machine: sent only if its certificate is valid."""

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
from aggregator.deliver.mail.smtp import SmtpSender, SmtpServer
from aggregator.errors import DeliveryError
from aggregator.model import DeliveryStatus
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.store import open_store
from tests.conftest import PROJECT
from tests.deliver.digest.digests import make_digest, make_item, make_section, next_due
from tests.deliver.mail.subscribers import make_context, make_subscriber
from tests.support.builders import instant

pytestmark = pytest.mark.filterwarnings(
    # aiosmtpd does not see that a connection is encrypted from its first byte.
    "ignore:Requiring AUTH while not requiring TLS:UserWarning"
)

MONDAY = instant("2024-01-29 08:00")
PASSWORD = "over TLS only"  # noqa: S105  # of a server that exists for a test only
PAST = datetime(2020, 1, 1, tzinfo=UTC)

CA = trustme.CA()
VALID = CA.issue_cert("localhost")
INVALID = {
    "unknown": trustme.CA().issue_cert("localhost"),
    "of another host": CA.issue_cert("mail.elsewhere.org"),
    "too old": CA.issue_cert("localhost", not_after=PAST),
}


@dataclass
class RecordingHandler:
    """Records the recipients, and whether the connection was encrypted."""

    received: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert server.transport is not None
        encrypted = session.ssl or server.transport.get_extra_info("sslcontext")
        self.received.append(f"{envelope.rcpt_tos[0]} {'over TLS' if encrypted else 'in the open'}")
        return "250 taken"

    def authenticate(
        self, _s: SMTP, _session: Session, _e: Envelope, _mechanism: str, credentials: object
    ) -> AuthResult:
        is_right = isinstance(credentials, LoginPassword) and credentials.password == PASSWORD.encode()
        return AuthResult(success=is_right, handled=is_right)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[DeliveryService]:
    """Two deliveries are planned."""
    settings = load_settings(PROJECT / "settings.yaml", store=f"sqlite:///{tmp_path}/store.db")
    config = load_config(settings.model_copy(update={"mail_allow": ("*",)}))
    with open_store(config.settings.store_url) as store:
        store.digests.issue([make_digest(make_section("Documents", make_item()), issued_at=MONDAY)])
        store.subscribers.add([make_subscriber(id=name, address=f"{name}@example.org") for name in "ab"])
        planned = DeliveryService(config, store, make_context())
        planned.plan_digests(MONDAY)
        yield planned


@pytest.fixture(autouse=True)
def _trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts one certificate authority, as an operator with their own would set it up."""
    CA.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def send(
    service: DeliveryService, certificate: trustme.LeafCert, implicit_tls: bool, password: str = PASSWORD
) -> RecordingHandler:
    """Send what is due to a server with this certificate, which requires a login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    handler = RecordingHandler()
    starttls = None if implicit_tls else context

    def smtp_session() -> SMTP:
        return SMTP(
            handler,
            hostname="localhost",
            tls_context=starttls,
            require_starttls=not implicit_tls,
            authenticator=handler.authenticate,
            auth_required=True,
            auth_require_tls=not implicit_tls,
        )

    async def work() -> None:
        loop = asyncio.get_running_loop()
        smtp_server = await loop.create_server(
            smtp_session, "127.0.0.1", 0, ssl=context if implicit_tls else None
        )
        async with smtp_server:
            port = smtp_server.sockets[0].getsockname()[1]
            sender = SmtpSender(
                SmtpServer(
                    host="localhost",
                    port=port,
                    implicit_tls=implicit_tls,
                    starttls=True,
                    user="letters",
                    password=password,
                )
            )
            try:
                await service.send_due(sender, lambda: next_due_time(service))
            finally:
                await sender.close()

    asyncio.run(work())
    return handler


def next_due_time(service: DeliveryService) -> datetime:
    """The first instant at which a planned delivery is due."""
    return next_due(service.store) or MONDAY


BOTH = pytest.mark.parametrize("implicit_tls", [True, False], ids=["implicit TLS", "STARTTLS"])


@BOTH
def test_mail_is_sent_over_tls_with_user_and_password(service: DeliveryService, implicit_tls: bool) -> None:
    handler = send(service, VALID, implicit_tls)

    assert sorted(handler.received) == ["a@example.org over TLS", "b@example.org over TLS"]
    assert service.store.deliveries.counts_by_run() == {"2024-W04": {"accepted": 2, "unsure": 0}}


@BOTH
@pytest.mark.parametrize("fault", INVALID)
def test_an_invalid_certificate_is_refused_and_no_delivery_is_lost(
    service: DeliveryService, implicit_tls: bool, fault: str
) -> None:
    with pytest.raises(DeliveryError, match=r"localhost:\d+: cannot be used: .*certificate"):
        send(service, INVALID[fault], implicit_tls)

    deliveries = [one for name in "ab" for one in service.store.deliveries.of_subscriber(name)]
    assert [(one.status, one.attempts, one.unknown_outcomes) for one in deliveries] == [
        (DeliveryStatus.PLANNED, 0, 0)
    ] * 2
    assert len(send(service, VALID, implicit_tls).received) == 2


@BOTH
def test_a_wrong_password_over_tls_loses_no_delivery(service: DeliveryService, implicit_tls: bool) -> None:
    with pytest.raises(DeliveryError, match="does not take the user and password"):
        send(service, VALID, implicit_tls, password="wrong")  # noqa: S106  # that it is wrong is the point

    assert len(send(service, VALID, implicit_tls).received) == 2
