"""Jobs for the reading process that do what no answer should bring about, and one that is harmless."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Harmless:
    """Returns the id of its process."""

    url: str = "https://news.example.org/harmless"

    def run(self) -> int:
        return os.getpid()


@dataclass(frozen=True, slots=True)
class Endless:
    """Never ends."""

    url: str = "https://news.example.org/endless"

    def run(self) -> int:
        while True:
            pass


@dataclass(frozen=True, slots=True)
class Greedy:
    """Takes more and more memory."""

    url: str = "https://news.example.org/greedy"

    def run(self) -> int:
        taken: list[bytearray] = []
        while True:
            taken.append(bytearray(10_000_000))


@dataclass(frozen=True, slots=True)
class Concealing:
    """Takes all the memory that there is and goes on without the rest, as libxml2 does."""

    url: str = "https://news.example.org/concealing"

    def run(self) -> int:
        taken: list[bytearray] = []
        try:
            while True:
                taken.append(bytearray(10_000_000))
        except MemoryError:
            taken.clear()
        return os.getpid()


@dataclass(frozen=True, slots=True)
class Crashing:
    """Ends its process as a crash in a library does."""

    url: str = "https://news.example.org/crashing"

    def run(self) -> int:
        os.abort()


@dataclass(frozen=True, slots=True)
class Buggy:
    """Raises what no code expects."""

    url: str = "https://news.example.org/buggy"

    def run(self) -> int:
        raise KeyError("title")
