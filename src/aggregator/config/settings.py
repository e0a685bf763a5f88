"""Reads settings.yaml and AGGREGATOR_* variables: who runs this, and where things go."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from aggregator.config.mail_settings import MailFields, Words, ending_in_a_slash, words
from aggregator.config.yaml_files.schema import ConfigIssues, explain, read
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Site
from aggregator.values.field_types import Text, matching

PREFIX: Final = "AGGREGATOR_"
FILE: Final = "settings.yaml"
BESIDE: Final = ("sources.yaml", "alerts.yaml")


def _zone(value: object) -> object:
    if isinstance(value, ZoneInfo):
        return value
    if value not in available_timezones():
        raise ValueError("write a zone of the IANA database, such as 'Europe/London'")
    return ZoneInfo(str(value))


BaseUrl = Annotated[
    str,
    AfterValidator(
        matching(
            "https?://.*", "write the address at which the output folder is published, such as https://…/"
        )
    ),
    AfterValidator(ending_in_a_slash),
]
Hub = Annotated[
    Text,
    AfterValidator(
        matching(
            "https?://.*",
            "write the address of a WebSub hub, such as https://pubsubhubbub.appspot.com/",
        )
    ),
]
StoreUrl = Annotated[
    str,
    AfterValidator(
        matching("sqlite:///.*", "write sqlite:/// and a file, such as 'sqlite:///data/aggregator.db'")
    ),
]


class Fields(MailFields):
    """Every setting, what it means and what holds when nobody says otherwise."""

    title: Text = Field("UK open government: updates", description="The title of feeds, page and letter.")
    base_url: BaseUrl = Field(
        "http://localhost:8000/", description="Where the output folder is published. Ids do not depend on it."
    )
    instance: Text = Field(
        "uk-open-government-updates",
        description="Names this instance; the ids of its feeds are made from it, so it is chosen once.",
    )
    operator: str = Field("", description="Who runs this; stands in the User-Agent, on pages and letters.")
    contact: str = Field("", description="An e-mail or web address at which the operator can be reached.")
    postal: str = Field("", description="The postal line at the foot of letters.")
    zone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        ZoneInfo("Europe/London"), description="The zone in which days and the letter's hour are counted."
    )
    store: StoreUrl = Field("sqlite:///data/aggregator.db", description="Where what is known is kept.")
    output: Text = Field("output", description="The folder that is published.")
    hubs: Annotated[tuple[Hub, ...], NoDecode, BeforeValidator(words)] = Field(
        (), description="WebSub hubs that are told of every change, so that subscribers hear at once."
    )
    own_hosts: Words = Field(
        (), description="Hosts inside the operator's own network that may be asked all the same."
    )


class Settings(BaseSettings, Fields):
    """The settings as they hold now: environment over file over default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)
    home: Path = Path()
    """The folder of the settings file: relative paths start here."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings

    def path(self, name: str) -> Path:
        """A path of the project, counted from `home` when it is relative."""
        return self.home / name

    @property
    def store_url(self) -> str:
        """The store's address with its file counted from `home`."""
        return f"sqlite:///{self.path(self.store.removeprefix('sqlite:///'))}"

    @property
    def output_folder(self) -> Path:
        """The folder that is published."""
        return self.path(self.output)

    @property
    def mail_sender(self) -> str:
        """Whom letters come from; for an outbox alone any address will do."""
        return self.mail_from or "letters@localhost"

    @property
    def mail_mailbox(self) -> str:
        """Where bounces go, and mails that ask to leave."""
        return self.mail_replies or self.mail_sender

    @property
    def site(self) -> Site:
        """The operator's words that stand on pages, feeds and letters."""
        return Site(
            title=self.title,
            base_url=self.base_url,
            instance=self.instance,
            operator=self.operator,
            contact=self.contact,
            postal=self.postal,
            zone=self.zone,
            letters_url=self.letters_url,
            letters_mailbox=self.mail_mailbox if self.mail_replies_box else "",
            hubs=self.hubs,
        )


def load_settings(path: Path | None = None, **given: Any) -> Settings:
    """Read `path` (default `settings.yaml` here, which may be missing); options in `given` win over all.

    Raises ConfigError with every mistake in the file, the environment and the options.
    """
    mistakes = ConfigIssues()
    with mistakes.collected():
        _check_names(mistakes)
        said = _read(path, mistakes)
        options = _options({name: value for name, value in given.items() if value is not None}, mistakes)
    try:
        settings = Settings(home=(path or Path(FILE)).parent, **said)
    except ValidationError as error:
        # The file was checked above: what fails only now came from the environment.
        raise ConfigError(tuple(_blame(problem) for problem in error.errors())) from error
    return settings.model_copy(update=options)


def _read(path: Path | None, mistakes: ConfigIssues) -> dict[str, Any]:
    file = path or Path(FILE)
    if path is None and not file.is_file():
        return {}
    form, _ = read(file, Fields, mistakes)
    return form.model_dump(exclude_unset=True) if form else {}


def _options(given: dict[str, Any], mistakes: ConfigIssues) -> dict[str, Any]:
    try:
        return Fields.model_validate(given).model_dump(exclude_unset=True)
    except ValidationError as error:
        for problem in error.errors():
            mistakes.add(ConfigIssue(f"option --{problem['loc'][0]}", 0, explain(problem, Fields)))
        return {}


def _check_names(mistakes: ConfigIssues) -> None:
    known = {PREFIX + name.upper() for name in Fields.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            mistakes.add(
                ConfigIssue(f"environment variable {name}", 0, "no setting has this name; take it out")
            )


def _blame(problem: Any) -> ConfigIssue:
    name = PREFIX + str(problem["loc"][0]).upper()
    return ConfigIssue(f"environment variable {name}", 0, explain(problem, Fields))


def standing(settings: Path | None = None) -> str:
    """A fingerprint of settings.yaml (or the file given), sources.yaml, alerts.yaml and register/*.yaml.

    By what they hold: a file that is only touched, or put back, stands as before. One that is not there, or
    cannot be read, is told apart from an empty one.
    """
    file = settings or Path(FILE)
    home = file.parent
    files = (file, *(home / name for name in BESIDE), *sorted(home.glob("register/*.yaml")))
    return hashlib.sha256(repr([(str(one), _held(one)) for one in files]).encode()).hexdigest()


def _held(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return type(error).__name__
