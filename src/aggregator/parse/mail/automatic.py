"""Tells messages that a program sent from those that somebody wrote to the list.

These are out-of-office notes and other automatic replies, reports of mail servers, recalls, and what list
software writes to its members: welcome letters, requests to confirm, reminders of passwords.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final

from aggregator.parse.mail.announcement import words_of
from aggregator.parse.mail.boilerplate import DELIMITER, RULE
from aggregator.parse.mail.message import MailHeader, MailMessage

# Fields that programs set only on automatic replies; `no` and `none` say that it is none. RFC 3834 has the
# first one; Exchange's `X-Auto-Response-Suppress` is no sign, because newsletters set it, too.
REPLY_FIELDS: Final = ("x-autoreply", "x-auto-reply", "x-autorespond", "x-autoresponder", "x-mail-autoreply")
# Mailman sets it on what it writes itself.
LIST_NOTICE_FIELDS: Final = ("x-list-administrivia",)
NEGATIVE: Final = frozenset({"", "no", "none", "false", "0"})
AUTOMATIC_PRECEDENCE: Final = re.compile(r"auto[-_ ]?repl(?:y|ied)", re.IGNORECASE)
# Addresses of programs. `-request` and `-bounces` are those of list software.
PROGRAM: Final = re.compile(
    r"(?:mailer-daemon|postmaster|mailman|listserv|majordomo|sympa|[\w.+-]{1,60}-(?:request|bounces))@",
    re.IGNORECASE,
)
MEETING_REPLY: Final = re.compile(
    rb"^content-type:[ \t]*text/calendar\b(?:[^\r\n]|\r?\n[ \t]){0,300}\bmethod=\W?reply\b",
    re.IGNORECASE | re.MULTILINE,
)

# How mail programs begin, or end, the subject of an automatic reply.
_REPLY: Final = (
    # English, Welsh
    r"auto(?:matic|mated)?[- ]?(?:repl(?:y|ies)|response|responder)|(?:i'?m |i am |we are )?(?:currently )?"
    r"(?:out of|away from)(?: the| my)? office|ooo(?: until\b.*)?|vacation (?:reply|response|notice)"
    r"|absence (?:notice|notification)|away until\b.*|(?:on )?(?:annual|parental|sick) leave(?: until\b.*)?"
    r"|(?:ateb|ymateb|neges) awtomatig|(?:allan o'r|ddim yn y|i ffwrdd o'r) swyddfa"
    # German, French
    r"|automatische (?:antwort|r(?:ü|ue)ckmeldung)"
    r"|abwesenheits?(?:notiz|nachricht|meldung|assistent|benachrichtigung)?"
    r"|(?:nicht im|au(?:ß|ss)er)(?: dem| hause?)?(?: b(?:ü|ue)ro)?(?= \d|$|:)|r(?:é|e)ponse automatique"
    r"|(?:message d'|notification d'|avis d')?absen(?:ce|te?)(?:\(e\))? (?:du|de mon) bureau"
    r"|(?:message|notification|avis) d'absence"
    # Spanish, Italian, Dutch, Portuguese, Swedish, Danish, Polish, Irish, Gaelic
    r"|respuesta autom(?:á|a)tica|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)"
    r"|automatisch antwoord|afwezigheids\w*|resposta autom(?:á|a)tica|autosvar|automatisk svar"
    r"|fr(?:å|a)nvaro"
    r"|automatyczna odpowied(?:ź|z)|freagra uathoibr(?:í|i)och|freagairt fh?(?:è|e)in-obrachail"
)
_REPORT: Final = (
    r"undeliver(?:able|ed)(?: mail\b.*| message\b.*)?|delivery status notification(?: .*)?"
    r"|mail delivery (?:failed|failure|system)(?: .*)?|returned mail(?: .*)?|failure notice"
    r"|delivery (?:has )?failed(?: .*)?|unzustellbar|non (?:remis|distribuable)|methu danfon"
)
_RECALL: Final = (
    r"(?:message )?recall(?: (?:success|failure|report|attempt)\b.*)?|galw(?:'n| yn) (?:ô|o)l"
    r"|r(?:ü|ue)ckruf|rappel du message|annulation du message"
)
SUBJECT: Final = re.compile(rf"(?:{_REPLY}|{_REPORT}|{_RECALL})\s*(?:[:–(\[-].*)?", re.IGNORECASE)
SUBJECT_END: Final = re.compile(rf".{{0,300}}[:–(\[-]\s*(?:{_REPLY})\W*", re.IGNORECASE)
RECALLED: Final = re.compile(
    r"would like to recall (?:the|this) (?:message|e-?mail)|hoffai (?:alw|dynnu)\b.{0,40}\bneges"
    r"|m(?:ö|oe)chte (?:die|diese) nachricht\b.{0,300}\bzur(?:ü|ue)ckrufen"
    r"|souhaite rappeler (?:le|ce) message",
    re.IGNORECASE,
)

_KEY_WORD: Final = r"pass(?:word|code|wort)|kennwort|mot de passe|cyfrinair|facal-faire|contrase(?:ñ|n)a"
_YOUR: Final = r"your|eich|dy|ihr|dein|votre|ton|su|tu"
WELCOME: Final = re.compile(
    r"(?:welcome|croeso|willkommen|bienvenue|f(?:à|a)ilte|bienvenid\w+)\b.*", re.IGNORECASE
)
MEMBERSHIP: Final = re.compile(
    r"you (?:have been |are now |have )?(?:un)?(?:subscribed|added|removed)\b.{0,80}|confirm [0-9a-f]{16,}"
    r"|(?:un)?subscription (?:confirmation|confirmed|notification|request|results?)\b.{0,80}"
    r"|(?:please )?confirm (?:your |the )?(?:subscription|e-?mail|address|membership)\b.{0,80}"
    r"|your confirmation is required\b.{0,80}|.{0,80}\bmailing list memberships? reminder"
    r"|your (?:message|subscription|membership|post(?:ing)?)\b.{0,60}"
    r"\b(?:awaits?|held|disabled|rejected|expires?|probe)\b.{0,60}"
    r"|.{0,60}\b(?:mailing list|list) probe message"
    r"|(?:cadarnhewch|cadarnhau) (?:eich )?(?:tanysgrifiad|aelodaeth)\b.{0,80}",
    re.IGNORECASE,
)
PASSWORD_SUBJECT: Final = re.compile(
    rf"(?:(?:{_YOUR})\s(?:\w+\s){{0,3}}(?:{_KEY_WORD})"
    rf"|(?:new |reset (?:your )?)?(?:{_KEY_WORD}) (?:reset|reminder|changed?|recovery))\b"
    r"|passwort (?:zur(?:ü|ue)cksetzen|vergessen)|r(?:é|e)initialisation (?:de|du) (?:votre )?mot de passe"
    r"|ailosod (?:eich )?cyfrinair",
    re.IGNORECASE,
)
YOUR_PASSWORD: Final = re.compile(rf"\b(?:{_YOUR})\s(?:\w+\s){{0,3}}(?:{_KEY_WORD})\b", re.IGNORECASE)
YOUR_MEMBERSHIP: Final = re.compile(
    r"\byou(?:'ve| have|'re| are)?(?: been| now)?(?: successfully)? (?:subscribed|joined|a member|added to)\b"
    r"|\b(?:to )?(?:unsubscribe|change your options|your (?:membership|subscription))\b"
    r"|\b(?:rydych|yr ydych|cawsoch)\b.{0,60}\b(?:tanysgrifi\w*|aelod|ychwanegu)\b"
    r"|\bsie (?:sind|wurden|haben)\b.{0,60}\b(?:abonniert|mitglied|eingetragen|angemeldet)"
    r"|\bvous (?:(?:ê|e)tes|avez)\b.{0,60}\b(?:abonn|inscrit|membre)",
    re.IGNORECASE,
)
# What somebody says who is away, in the first person.
AWAY: Final = re.compile(
    r"\b(?:i am|i'm|i will be|i'll be|we are|i shall be)(?: \w+){0,3}"
    r" (?:out of(?: the| my)? office"
    r"|away(?: from (?:the|my) (?:office|desk))?(?= (?:until|from|on|and|with)\b|[.,])"
    r"|on (?:\w+ )?leave|on (?:holiday|vacation)|not (?:in|at) (?:the|my) (?:office|desk))"
    r"|\b(?:rydw i|rwyf i?|dwi|rwy|byddaf i?)(?: \w+){0,3}"
    r" (?:allan o'r swyddfa|ar (?:fy )?(?:wyliau|absenoldeb)|i ffwrdd)"
    r"|\bich (?:bin|werde)\b.{0,60}\b(?:nicht im b(?:ü|ue)ro|abwesend|im urlaub|au(?:ß|ss)er haus)"
    r"|\bje (?:suis|serai)\b.{0,60}\b(?:absente?|en cong(?:é|e)s?|hors du bureau)",
    re.IGNORECASE,
)
AWAY_WORDS, AWAY_START = 120, 300
# Characters that are read: in these, a program has said what it has to say.
MAX_TEXT, MAX_MARKUP = 3_000, 20_000


def is_sent_by_program(header: MailHeader) -> bool:
    """Return whether header fields say that nobody wrote the message: a reply, a report, a notice."""
    fields = [value for name in (*REPLY_FIELDS, *LIST_NOTICE_FIELDS) for value in header.all(name)]
    return (
        header.first("auto-submitted").lower().startswith("auto-replied")
        or any(value.lower() not in NEGATIVE for value in fields)
        or AUTOMATIC_PRECEDENCE.fullmatch(header.first("precedence")) is not None
        or header.first("x-post-messageclass").lower().endswith("autoresponder")
        or header.first("content-type").lower().startswith("multipart/report")
        or header.first("return-path").replace(" ", "") == "<>"
        or PROGRAM.search(header.first("from")) is not None
    )


def find_automatic(mail: MailMessage, subject: str, raw: bytes) -> str | None:
    """Return why the message seems to be no announcement, by its subject and form; None if it is one.

    `subject` has no prefixes.
    """
    text = _own_text(words_of(mail, MAX_MARKUP))
    if MEETING_REPLY.search(raw):
        return "it answers an invitation to a meeting"
    if SUBJECT.fullmatch(subject) or SUBJECT_END.fullmatch(subject):
        return "by its subject it is an automatic reply, a report of a mail server or a recall"
    if RECALLED.search(text):
        return "it recalls another message"
    if _is_list_notice(subject, text):
        return "it is a notice of the list's software to a member"
    if AWAY.search(text[:AWAY_START]) and len(text.split()) <= AWAY_WORDS and not mail.attachments:
        return "it says that somebody is away"
    return None


def _is_list_notice(subject: str, text: str) -> bool:
    if MEMBERSHIP.fullmatch(subject):
        return True
    if PASSWORD_SUBJECT.search(subject):
        return YOUR_PASSWORD.search(f"{subject} {text}") is not None
    about_member = YOUR_PASSWORD.search(text) or YOUR_MEMBERSHIP.search(text)
    if WELCOME.fullmatch(subject):
        return about_member is not None
    return bool(YOUR_PASSWORD.search(text) and YOUR_MEMBERSHIP.search(text))


def _own_text(words: str) -> str:
    """Return the beginning of the text in one line, without the signature or the list's footer."""
    lines = (line.strip() for line in words[:MAX_TEXT].split("\n"))
    own = takewhile(lambda line: not (DELIMITER.fullmatch(line) or RULE.fullmatch(line)), lines)
    return " ".join(" ".join(own).replace("’", "'").split())
