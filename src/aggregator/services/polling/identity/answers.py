"""Carries out what the operator answers to the questions about the identity of documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aggregator.model import SourceState
from aggregator.model.fetched import IdentityQuestion, QuestionKind
from aggregator.store import Transaction


def answer(name: str, accept: bool, now: datetime, store: Transaction) -> IdentityQuestion | None:
    """Answer the question of this name (`IdentityQuestion.name`); return it, or None if it is not asked.

    What waited is read again at the next poll, which is due at once.
    """
    for state in store.sources.states().values():
        for question in state.questions:
            if question.name(state.source) == name:
                after = _accepted(question, state) if accept else _refused(question, state)
                store.sources.save_state(_due(after, now))
                return question
    return None


def _due(state: SourceState, now: datetime) -> SourceState:
    # Without validators, or the server would say that nothing changed.
    return replace(state, due=now, validators={})


def _accepted(question: IdentityQuestion, state: SourceState) -> SourceState:
    """Return the state after `yes`: the same documents moved; the host, the feed is the body's."""
    answers = state.answers
    if question.kind is QuestionKind.OTHER_HOST:
        answers = replace(answers, hosts=(*answers.hosts, question.subject))
    elif question.kind is QuestionKind.OTHER_FEED:
        answers = replace(answers, feed=question.subject)
    else:
        # Of earlier answers nothing is needed: what they were about has been stored since.
        answers = replace(answers, same=question.moved, new=question.unknown)
    return _without(question, replace(state, answers=answers))


def _refused(question: IdentityQuestion, state: SourceState) -> SourceState:
    """Return the state after `no`: other documents; the host, the feed is not the body's."""
    answers = state.answers
    if question.kind is QuestionKind.OTHER_FEED:
        asked = tuple(replace(one, refused=True) if one == question else one for one in state.questions)
        return replace(state, questions=asked)
    if question.kind is QuestionKind.OTHER_HOST:
        answers = replace(answers, refused_hosts=(*answers.refused_hosts, question.subject))
    else:
        keys = (*(key for key, _ in question.moved), *question.unknown)
        answers = replace(answers, same=(), new=keys)
    return _without(question, replace(state, answers=answers))


def _without(question: IdentityQuestion, state: SourceState) -> SourceState:
    return replace(state, questions=tuple(one for one in state.questions if one != question))
