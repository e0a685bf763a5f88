"""A mailbox in sources.yaml: its address, which messages are accepted, and which mistakes are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config import load_config
from aggregator.errors import ConfigError
from aggregator.model import MailTrust

PROJECT = Path(__file__).parents[2]

BODIES = "bodies:\n  - {id: uk-msf, name: Forum, nation: uk, url: https://www.gov.uk/}\n"
SOURCES = """\
sources:
  - id: msf-list
    body: uk-msf
    kind: mailbox
    title: The forum's mailing list
    address: imaps://reader%40example.org@imap.example.org:993/Lists/Forum
    licence: unknown
    scope: all
    verified: no
    mail:
      list_id: msf.lists.example.org
      servers: [mx.example.net]
      signers: [example.org]
      password_file: secrets/msf-list
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "register").mkdir()
    (tmp_path / "register/bodies.yaml").write_text(BODIES, encoding="utf-8")
    (tmp_path / "register/vocabulary.yaml").write_text("topics: []\ntypes: []\n", encoding="utf-8")
    (tmp_path / "register/plans.yaml").write_text(
        "read: 2026-11-23\nprocesses: []\nplans: []\n", encoding="utf-8"
    )
    (tmp_path / "register/rules.yaml").write_text("read: 2026-11-23\nrules: []\n", encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refuse(home: Path, before: str, after: str) -> str:
    assert before in SOURCES
    (home / "sources.yaml").write_text(SOURCES.replace(before, after), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config()
    return str(caught.value)


@pytest.mark.usefixtures("home")
def test_a_mailbox_on_a_server_is_read_with_its_trust() -> None:
    source = load_config().sources[0]
    assert source.address == "imaps://reader%40example.org@imap.example.org:993/Lists/Forum"
    assert source.mail is not None
    assert (source.mail.list_id, source.mail.servers) == ("msf.lists.example.org", ("mx.example.net",))
    assert (source.mail.signers, source.mail.password_file) == (("example.org",), "secrets/msf-list")


@pytest.mark.parametrize("address", ["maildir:mail/forum/", "maildir:/var/mail/forum", "mbox:mail/a b.mbox"])
def test_a_mailbox_of_this_machine_needs_no_password(home: Path, address: str) -> None:
    text = SOURCES.replace("imaps://reader%40example.org@imap.example.org:993/Lists/Forum", address)
    text = text.replace("      password_file: secrets/msf-list\n", "").replace(
        "      signers: [example.org]\n", ""
    )
    (home / "sources.yaml").write_text(text, encoding="utf-8")
    source = load_config().sources[0]
    assert source.address == address
    assert source.mail == MailTrust(list_id="msf.lists.example.org", servers=("mx.example.net",))


FORM = "write maildir:FOLDER, mbox:FILE or imaps://USER@HOST/MAILBOX, with %40 for an @ in USER, no password"


KIND = "sources.yaml:6: the kind 'mailbox' reads maildir:, mbox:, imap: and imaps:, and no other kind does"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "imaps://reader%40example.org@",
            "imaps://reader:secret@",
            "sources.yaml:6: 'sources.address' is 'imaps",
        ),
        ("imaps://reader%40example.org@", "imaps://reader:secret@", FORM),
        ("imaps://reader%40example.org@", "imaps://reader@example.org@", FORM),
        ("imaps://reader%40example.org@", "imaps://", FORM),
        (":993/Lists/Forum", "", FORM),
        (
            "kind: mailbox",
            "kind: feed",
            KIND,
        ),
        (
            "imaps://reader%40example.org@imap.example.org:993/Lists/Forum",
            "https://lists.example.org/forum",
            KIND,
        ),
        (
            "      password_file: secrets/msf-list\n",
            "",
            "sources.yaml:10: name the file with the password: password_file",
        ),
        ("[mx.example.net]", "[]", "'sources.mail.servers' is []"),
        (
            SOURCES[SOURCES.index("    mail:") :],
            "",
            "sources.yaml:4: write under 'mail' which messages to accept: list_id and servers",
        ),
    ],
)
def test_an_error_in_a_mailbox_is_named_with_its_line(
    home: Path, before: str, after: str, message: str
) -> None:
    assert message in refuse(home, before, after)


def test_a_page_cannot_be_a_mailbox(home: Path) -> None:
    """Pages show it as a link."""
    assert "write a whole address that begins with https://" in refuse(
        home, "    scope: all", "    page: maildir:mail\n    scope: all"
    )
