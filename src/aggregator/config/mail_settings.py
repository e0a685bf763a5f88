"""The settings of letters by mail: from whom, through which server, and to whom while it is being tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from aggregator.config.yaml_files.schema import Schema
from aggregator.values.field_types import Text, matching

EVERYBODY: Final = "*"
PORTS: Final = {"smtp": 587, "smtps": 465}
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The SMTP server that letters are handed to."""

    host: str
    port: int
    tls_first: bool
    """`smtps`: TLS from the first byte. Otherwise STARTTLS, without which only this machine is spoken to."""
    user: str

    @property
    def is_local(self) -> bool:
        """Whether it is this machine itself, so that nothing travels."""
        return self.host in LOCAL


def read_server(address: str) -> MailServer:
    """`smtps://user@mail.example.org` as a value; ValueError says what would be right."""
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("write smtps://USER@HOST:PORT, or smtp:// for STARTTLS")
    if parts.password is not None:
        raise ValueError("take the password out of the address; `mail_password_file` names the file with it")
    return MailServer(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        tls_first=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
    )


def words(value: object) -> object:
    """A list as it is, or the words of a text between its commas, as the environment gives them."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _server(value: str) -> str:
    if value:
        read_server(value)
    return value


def _mailbox(value: str) -> str:
    if value and (value.count("@") != 1 or not value.isascii() or set(value) & set(' <>",\r\n+%')):
        raise ValueError("write a plain mail address such as letters@example.org, without name or '+'")
    return value


def ending_in_a_slash(value: str) -> str:
    """An address under which others lie."""
    return value.rstrip("/") + "/" if value else ""


Mailbox = Annotated[str, AfterValidator(_mailbox)]
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
    AfterValidator(ending_in_a_slash),
]
Words = Annotated[tuple[Text, ...], NoDecode, BeforeValidator(words)]


class MailFields(Schema):
    """Every setting of letters by mail."""

    mail_from: Mailbox = Field("", description="The address that letters come from.")
    mail_replies: Mailbox = Field(
        "",
        description="The mailbox for bounces and for leaving by mail; it must take `name+anything@`. "
        "Empty: that of `mail_from`.",
    )
    mail_replies_box: MailboxAddress = Field(
        "",
        description="Where the mail to `mail_replies` is read: maildir:, mbox: or imaps://USER@HOST/MAILBOX.",
    )
    mail_replies_password_file: str = Field("", description="The file that holds that mailbox's password.")
    mail_send: bool = Field(False, description="Whether letters leave by SMTP; else they go into the outbox.")
    mail_allow: Words = Field(
        (), description="To whom letters may leave: addresses, `@domains`, or `*` for everybody."
    )
    mail_server: Annotated[str, AfterValidator(_server)] = Field(
        "", description="`smtps://USER@HOST`, or `smtp://USER@HOST` with STARTTLS; plain only on localhost."
    )
    mail_password_file: str = Field("", description="The file that holds the mail server's password.")
    mail_connections: int = Field(4, ge=1, le=50, description="Connections to the mail server at once.")
    mail_batch: int = Field(
        50, ge=1, le=1000, description="Letters in flight at once; after a crash so many may come twice."
    )
    mail_outbox: Text = Field("data/outbox", description="The folder of `.eml` files.")
    secret_file: Text = Field(
        "data/secret", description="The key of links and hashes; made at first use. Back it up."
    )
    letters_url: PagesAddress = Field(
        "", description="Where people reach the sign-up pages of `aggregator start`; empty: nowhere."
    )
