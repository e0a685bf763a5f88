"""Alerts as posts to a webhook, signed as Standard Webhooks says (standardwebhooks.com, 1.0.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from aggregator.deliver.mail.retry import RETRY_FOR, retry_delay
from aggregator.errors import DeliveryError
from aggregator.model import Body, Failed, FetchResult, Moment, Request, Site
from aggregator.model.alerts import Alert, AlertRule, Hook, HookState, Webhook, AlertReason

SECRET_PREFIX: Final = "whsec_"
MIN_SECRET_BYTES: Final = 24
"""Bytes of a secret, at least (Standard Webhooks, "Signature scheme")."""

EVENT_TYPES: Final = {
    AlertReason.NEW: "alert.new",
    AlertReason.CHANGED: "alert.changed",
    AlertReason.REMOVED: "alert.removed",
    AlertReason.CLOSING: "alert.closing",
    AlertReason.CORRECTION: "alert.correction",
}


def decode_secret(text: str) -> bytes:
    """The key in `whsec_…` (Base64 after the prefix). Raises DeliveryError for what is none."""
    written = text.strip().removeprefix(SECRET_PREFIX)
    try:
        key = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < MIN_SECRET_BYTES:
        raise DeliveryError(
            f"the secret is not {SECRET_PREFIX} and {MIN_SECRET_BYTES} bytes or more in Base64"
        )
    return key


def sign(key: bytes, id: str, timestamp: int, body: bytes) -> str:
    """The signature of a post: HMAC-SHA256 over its id, its instant in seconds and its body."""
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def webhook_id(alert: Alert, instance: str) -> str:
    """The same for the same alert however often it is posted, so that a receiver can drop repeats."""
    name = f"{instance} {alert.rule} {alert.entry} {alert.occasion.key}"
    return f"msg_{uuid.uuid5(uuid.NAMESPACE_URL, name).hex}"


def build_webhook_request(
    alert: Alert,
    rule: AlertRule,
    hook: Webhook,
    key: bytes,
    now: datetime,
    site: Site,
    bodies: Mapping[str, Body],
) -> Request:
    """The post of an alert, signed at `now`."""
    body = json.dumps(_told(alert, rule, bodies), ensure_ascii=False, sort_keys=True).encode()
    id, timestamp = webhook_id(alert, site.instance), int(now.timestamp())
    headers = (
        ("webhook-id", id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", sign(key, id, timestamp, body)),
    )
    return Request(url=hook.url, pause=timedelta(0), body=body, headers=headers)


def after_response(hook: Hook, result: FetchResult, now: datetime) -> Hook:
    """The post after a try: 2xx is taken, 410 wants no more, all else is tried again for two days."""
    tried = replace(hook, tries=hook.tries + 1, first_tried=hook.first_tried or now)
    if not isinstance(result, Failed) or _is_success(result.status):
        return replace(tried, state=HookState.TAKEN, reply="")
    if result.status == 410:
        return replace(tried, state=HookState.GONE, reply=str(result))
    return retry_later(tried, str(result), now, result.retry_after or timedelta(0))


def retry_later(hook: Hook, why: str, now: datetime, least: timedelta = timedelta(0)) -> Hook:
    """The post after a try that came to nothing; given up when the first one was two days ago."""
    told = replace(hook, first_tried=hook.first_tried or now, reply=why)
    if told.first_tried and now - told.first_tried >= RETRY_FOR:
        return replace(told, state=HookState.GIVEN_UP)
    return replace(told, due=now + max(retry_delay(told.tries), least))


def _is_success(status: int | None) -> bool:
    """An answer with nothing in it is no document, and all that a webhook has to say."""
    return status is not None and 200 <= status < 300


def _told(alert: Alert, rule: AlertRule, bodies: Mapping[str, Body]) -> dict[str, Any]:
    occasion = alert.occasion
    return {
        "type": EVENT_TYPES[occasion.why],
        "timestamp": alert.found.isoformat(),
        "data": {
            "rule": {"id": rule.id, "name": rule.name, "when": str(rule.when)},
            "id": alert.entry,
            "title": alert.title,
            "url": alert.url,
            "page": alert.page,
            "body": {"id": alert.body, "name": bodies[alert.body].name if alert.body in bodies else None},
            "type": alert.type,
            "topics": list(alert.topics),
            "language": alert.language,
            "summary": alert.sentence,
            "dated": _moment(alert.dated),
            "closes": _moment(alert.closes),
            "changed": list(occasion.parts),
            "note": occasion.note,
            "seen": occasion.at.isoformat(),
        },
    }


def _moment(moment: Moment | None) -> dict[str, str] | None:
    return {"at": moment.at.isoformat(), "precision": moment.precision.value} if moment else None
