"""Builds signed webhook requests (standardwebhooks.com, 1.0.0), and decides what follows from a response."""

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
from aggregator.model.alert_rules import (
    Alert,
    AlertReason,
    AlertRule,
    Webhook,
    WebhookDelivery,
    WebhookStatus,
)

KEY_PREFIX: Final = "whsec_"
# Standard Webhooks, "Signature scheme".
MIN_KEY_BYTES: Final = 24

EVENT_TYPES: Final = {
    AlertReason.NEW: "alert.new",
    AlertReason.CHANGED: "alert.changed",
    AlertReason.REMOVED: "alert.removed",
    AlertReason.CLOSING: "alert.closing",
    AlertReason.CORRECTION: "alert.correction",
}


def decode_secret(text: str) -> bytes:
    """The key in a secret such as `whsec_…`, which is Base64 after the prefix. Raises DeliveryError."""
    encoded = text.strip().removeprefix(KEY_PREFIX)
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < MIN_KEY_BYTES:
        raise DeliveryError(f"the secret must be {KEY_PREFIX} and at least {MIN_KEY_BYTES} bytes in Base64")
    return key


def sign(key: bytes, id: str, timestamp: int, body: bytes) -> str:
    """The signature of a request: HMAC-SHA256 over its id, `timestamp` (seconds since 1970) and body."""
    # Standard Webhooks, "Signature scheme": id, timestamp and body, with dots between them.
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def webhook_id(alert: Alert, instance: str) -> str:
    """The same at each attempt to post an alert, so that a receiver can ignore repeats."""
    # From the alert alone: nothing has to be stored, and another attempt has the same id.
    name = f"{instance} {alert.rule_key} {alert.document_id} {alert.event.key}"
    return f"msg_{uuid.uuid5(uuid.NAMESPACE_URL, name).hex}"


def build_webhook_request(
    alert: Alert,
    rule: AlertRule,
    webhook: Webhook,
    key: bytes,
    now: datetime,
    site: Site,
    bodies: Mapping[str, Body],
) -> Request:
    """The POST request for an alert, signed at `now`."""
    body = json.dumps(_payload(alert, rule, bodies), ensure_ascii=False, sort_keys=True).encode()
    id, timestamp = webhook_id(alert, site.instance), int(now.timestamp())
    headers = (
        ("webhook-id", id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", sign(key, id, timestamp, body)),
    )
    # No pause between posts: the receiver asked for them.
    return Request(url=webhook.url, pause=timedelta(0), body=body, headers=headers)


def after_response(delivery: WebhookDelivery, result: FetchResult, now: datetime) -> WebhookDelivery:
    """The delivery after a response: 2xx accepts it, 410 ends all for this rule, all else is retried."""
    attempted = replace(delivery, attempts=delivery.attempts + 1, first_attempt=delivery.first_attempt or now)
    if not isinstance(result, Failed) or _is_success(result.status):
        return replace(attempted, status=WebhookStatus.ACCEPTED, reply="")
    if result.status == 410:
        return replace(attempted, status=WebhookStatus.GONE, reply=str(result))
    return retry_later(attempted, str(result), now, result.retry_after or timedelta(0))


def retry_later(
    delivery: WebhookDelivery, reason: str, now: datetime, min_delay: timedelta = timedelta(0)
) -> WebhookDelivery:
    """The delivery after a failed attempt; given up when the first attempt was `RETRY_FOR` ago."""
    attempted = replace(delivery, first_attempt=delivery.first_attempt or now, reply=reason)
    if attempted.first_attempt and now - attempted.first_attempt >= RETRY_FOR:
        return replace(attempted, status=WebhookStatus.GIVEN_UP)
    return replace(attempted, due=now + max(retry_delay(attempted.attempts), min_delay))


def _is_success(status: int | None) -> bool:
    # The fetcher reports an empty 204 as a failure, since it is no document; a webhook may send nothing else.
    return status is not None and 200 <= status < 300


def _payload(alert: Alert, rule: AlertRule, bodies: Mapping[str, Body]) -> dict[str, Any]:
    event = alert.event
    return {
        "type": EVENT_TYPES[event.reason],
        "timestamp": alert.found_at.isoformat(),
        "data": {
            "rule": {"id": rule.id, "name": rule.name, "when": str(rule.when)},
            "id": alert.document_id,
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
            "changed": list(event.parts),
            "note": event.note,
            "seen": event.at.isoformat(),
        },
    }


def _moment(moment: Moment | None) -> dict[str, str] | None:
    return {"at": moment.written_at.isoformat(), "precision": moment.precision.value} if moment else None
