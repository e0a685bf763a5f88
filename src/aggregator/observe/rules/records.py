"""Rules about records: the forum's basic rules, the website, the repository, the last record."""

from __future__ import annotations

from datetime import date, timedelta

from aggregator.model import Check, Document, Evidence, FactKind, Rule
from aggregator.model.days import in_words
from aggregator.observe.rules.results import met, over, unproven, untold, within
from aggregator.observe.state.coverage import absence
from aggregator.observe.state.process_state import ProcessState, document, evidence


def terms(rule: Rule, known: ProcessState) -> Check:
    """Terms of reference are on record."""
    found = [evidence(fact) for plan in known.plans for fact in plan.facts_of(FactKind.TERMS)]
    found += [document(one, official=one.entry.body in known.process.bodies) for one in _terms(known)]
    if found:
        return met(rule, known, found, "terms of reference are public")
    looked = [search.where for search in known.searches if search.kind == FactKind.TERMS]
    return untold(
        rule, known, [], f"none were found; looked for in: {looked[0]}" if looked else "none were found"
    )


def _terms(known: ProcessState) -> list[Document]:
    """The documents whose titles name both terms of reference and the forum."""
    names = [words.casefold() for words in known.process.forum.words] if known.process.forum else []
    titled = [(one, one.entry.title.casefold()) for one in known.documents]
    return [
        one for one, title in titled if "terms of reference" in title and any(name in title for name in names)
    ]


def website(rule: Rule, known: ProcessState) -> Check:
    """The page that is kept for the process answered when we asked it last."""
    address = known.process.website
    line = next(
        (one for one in known.sources if address and address in {one.source.page, one.source.address}), None
    )
    if line is None or not line.source.enabled:
        return untold(
            rule, known, [], "no page that we read is known as the one that is kept for the process"
        )
    page = Evidence(title=line.source.title, url=address, moment=None, official=True)
    state = line.state
    if state.answered is None:
        return untold(rule, known, [page], "we had not read it by this day")
    if state.failure:
        since = state.failing_since.astimezone(known.zone).date() if state.failing_since else None
        return untold(rule, known, [page], "we cannot read it", since)
    why = f"it answered on {in_words(state.answered.astimezone(known.zone).date())}{_changed(address, known)}"
    return met(rule, known, [page], why)


def _changed(address: str, known: ProcessState) -> str:
    """When the page was changed last, by the page itself."""
    told = (one.entry.updated or one.entry.published for one in known.documents if one.entry.url == address)
    last = next((moment for moment in told if moment and known.last(moment) <= known.day), None)
    return f"; by its own word it was last changed on {in_words(known.last(last))}" if last else ""


def repository(rule: Rule, known: ProcessState) -> Check:
    """At least `count` days on which documents were added, in the `days` up to this one."""
    span = timedelta(days=rule.days)
    lately = [one for one in known.repository if one.moment and known.day - known.last(one.moment) < span]
    added = sorted({known.last(one.moment) for one in lately if one.moment}, reverse=True)
    why = f"additions in the last {rule.days} days that we know: {len(added)}; {rule.count} are asked for"
    if len(added) >= rule.count:
        return within(rule, known, added[rule.count - 1] + span, lately, why)
    gone = absence("record", added[0] if added else None, known.day, known.watch, known.searches)
    watched = known.watch.since is not None and known.day - known.watch.since >= span
    if gone.proven is None or not watched:
        return unproven(rule, known, gone, lately, why)
    earlier = [known.last(one.moment) for one in known.repository if one.moment]
    second = sorted(set(earlier), reverse=True)[rule.count - 1 : rule.count]
    last = max([*second, known.watch.since or date.min])
    return over(
        rule, known, max((known.day - last - span).days, 0), lately, f"{why}; looked for in: {gone.where}"
    )


def last_record(rule: Rule, known: ProcessState) -> Check:
    """The newest dated document of the bodies themselves lies no more than `days` back."""
    limit = timedelta(days=rule.days)
    newest = known.records[0] if known.records else None
    day = known.last(newest.moment) if newest and newest.moment else None
    if newest and day and known.day - day <= limit:
        return within(rule, known, day + limit, [newest], f"the last record is of {in_words(day)}")
    found = [newest] if newest else []
    why = f"the last record that we hold is of {in_words(day)}" if day else "we hold no dated record"
    newer = known.undated if day is None or day < known.undated_until else ()
    after = max(day, known.undated_until) if newer and day else day
    gone = absence("record", after, known.day, known.watch, known.searches)
    if gone.proven is None or known.day - gone.proven <= limit:
        why += "; a document without a date may be newer" if newer else ""
        return unproven(rule, known, gone, [*found, *newer], why)
    return over(
        rule, known, (known.day - gone.proven - limit).days, found, f"{why}; looked for in: {gone.where}"
    )
