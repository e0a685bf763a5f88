"""The settings of mail: the sender, the server, and who may get mail while it is being tried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from aggregator.config.yaml_files.schema import Schema
from aggregator.values.field_types import Text, matching

# RFC 6409, 3.1 and RFC 8314, 3.3.
DEFAULT_PORTS: Final = {"smtp": 587, "smtps": 465}
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The SMTP server that mail is handed to."""

    host: str
    port: int
    # `smtps`: TLS from the first byte. Otherwise STARTTLS, and without it only this machine gets mail.
    implicit_tls: bool
    user: str

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, so that nothing crosses a network."""
        return self.host in LOCAL_HOSTS


def parse_mail_server(address: str) -> MailServer:
    """Read `smtps://user@mail.example.org`. Raises ValueError, which says what to write."""
    parts = urlsplit(address)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("write smtps://USER@HOST:PORT, or smtp:// for STARTTLS")
    # A password here would show up in logs and error messages.
    if parts.password is not None:
        raise ValueError("remove the password from the address; `mail_password_file` names the file with it")
    return MailServer(
        host=parts.hostname,
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        implicit_tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
    )


def split_list(value: object) -> object:
    """A list unchanged, or a text split at its commas, as lists are written in the environment."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _check_mail_server(value: str) -> str:
    if value:
        parse_mail_server(value)
    return value


def _check_mail_address(value: str) -> str:
    # '+' is ours: the return address of each mail has it before the subscriber's id.
    if value and (value.count("@") != 1 or not value.isascii() or set(value) & set(' <>",\r\n+%')):
        raise ValueError("write a plain mail address such as letters@example.org, without name or '+'")
    return value


def with_trailing_slash(value: str) -> str:
    """An address with one slash at its end; empty stays empty."""
    return value.rstrip("/") + "/" if value else ""


def _check_operator_address(value: str) -> str:
    # Unlike ours, it may have a '+'.
    _check_mail_address(value.replace("+", ""))
    return value


MailAddress = Annotated[str, AfterValidator(_check_mail_address)]
OperatorAddress = Annotated[str, AfterValidator(_check_operator_address)]
MailboxAddress = Annotated[
    str,
    AfterValidator(
        matching(
            "|(maildir:|mbox:|imaps?://).*",
            "write maildir:FOLDER, mbox:FILE or imaps://USER@HOST/MAILBOX, or leave it empty",
        )
    ),
]
PagesAddress = Annotated[
    str,
    AfterValidator(
        matching(
            r"|(https://|http://localhost|http://127\.0\.0\.1).*",
            "write an https:// address (http:// only for this machine), or leave it empty",
        )
    ),
    AfterValidator(with_trailing_slash),
]
# NoDecode: pydantic-settings would expect JSON in the environment.
TextList = Annotated[tuple[Text, ...], NoDecode, BeforeValidator(split_list)]


class MailSettingsSchema(Schema):
    """Every setting of mail."""

    mail_from: MailAddress = Field("", description="The sender's address.")
    operator_address: OperatorAddress = Field(
        "", description="Gets one mail when the program breaks and one when it works again; empty: none."
    )
    replies_address: MailAddress = Field(
        "",
        description="The address for bounces and for unsubscribing by mail; it must accept `name+anything@`. "
        "Empty: `mail_from`.",
    )
    replies_mailbox: MailboxAddress = Field(
        "",
        description="Where we read the mail to `replies_address`: maildir:, mbox: or imaps://USER@HOST/MAILBOX.",
    )
    replies_password_file: str = Field("", description="The file with that mailbox's password.")
    mail_send: bool = Field(False, description="Whether mail leaves by SMTP; otherwise into the outbox.")
    mail_allow: TextList = Field(
        (), description="Who may get mail by SMTP: addresses, `@domains`, or `*` for everybody."
    )
    mail_server: Annotated[str, AfterValidator(_check_mail_server)] = Field(
        "", description="`smtps://USER@HOST`, or `smtp://USER@HOST` with STARTTLS; no TLS only on localhost."
    )
    mail_password_file: str = Field("", description="The file with the mail server's password.")
    mail_connections: int = Field(4, ge=1, le=50, description="Connections to the mail server at once.")
    mail_batch: int = Field(
        50, ge=1, le=1000, description="Deliveries in flight at once; after a crash at most these come twice."
    )
    mail_outbox: Text = Field("data/outbox", description="The folder of `.eml` files.")
    secret_file: Text = Field(
        "data/secret", description="The key of links and hashes; made at first use. Back it up."
    )
    subscriptions_url: PagesAddress = Field(
        "",
        description="The public address of the sign-up pages of `aggregator start`; empty: none.",
    )
