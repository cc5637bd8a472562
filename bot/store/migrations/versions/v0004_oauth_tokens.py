"""Tokens that rotate and what happened to them; people with whom the office itself talks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "oauth_tokens",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("access", sa.Text()),
        sa.Column("refresh", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("obtained_at", _time, nullable=False),
        sa.Column("expires_at", _time, nullable=False),
        sa.Column("broken", sa.Text()),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", _time),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_oauth_tokens")),
    )
    op.create_table(
        "oauth_audit",
        sa.Column("id", _id, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_oauth_audit_service"), "oauth_audit", ["service"])
    op.add_column("people", sa.Column("quiet_until", _time))


def downgrade() -> None:
    op.drop_column("people", "quiet_until")
    op.drop_table("oauth_audit")
    op.drop_table("oauth_tokens")
