"""Removes the webhooks of subscribers' own rules, and the free text of answers by mail."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Switch rules with nothing but a webhook to mail, so that nobody misses alerts without noticing.

    Their alerts that were not yet posted go by mail, too.
    """
    op.drop_table("remarks")
    op.execute(
        "UPDATE alerts SET run = NULL WHERE rule IN (SELECT reader || '/' || id FROM own_rules "
        "WHERE feed IS NULL AND NOT json_extract(rule, '$.mail')) "
        "AND (rule, entry_id, occasion) IN "
        "(SELECT rule, entry_id, occasion FROM hooks WHERE state = 'planned')"
    )
    op.execute("DELETE FROM hooks WHERE instr(rule, '/')")
    op.execute(
        "UPDATE own_rules SET rule = json_set(rule, '$.mail', json('true')) "
        "WHERE feed IS NULL AND NOT json_extract(rule, '$.mail')"
    )
    op.execute("UPDATE own_rules SET rule = json_remove(rule, '$.webhook')")
    with op.batch_alter_table("own_rules") as own_rules:
        own_rules.drop_column("secret")
