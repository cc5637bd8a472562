"""Who may enter the editors' web, who is in, wrong passwords, and what was done there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.DateTime(timezone=True)
_json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    _add_users()
    _add_sessions()
    op.create_table(
        "admin_failures",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", _time, nullable=False),
        sa.Column("locked_until", _time),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_admin_failures")),
    )
    op.create_table(
        "admin_audit",
        sa.Column("id", _id, nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("before", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("after", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_admin_audit_by"), "admin_audit", ["by"])
    op.create_index(op.f("ix_admin_audit_act"), "admin_audit", ["act"])
    op.create_index(op.f("ix_admin_audit_subject_id"), "admin_audit", ["subject", "id"])


def _add_users() -> None:
    op.create_table(
        "admin_users",
        sa.Column("id", _id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("roles", _json, nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("totp", sa.Text()),
        sa.Column("totp_step", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("seen_at", _time),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_users")),
        sa.UniqueConstraint("name", name=op.f("uq_admin_users_name")),
        sqlite_autoincrement=True,
    )


def _add_sessions() -> None:
    op.create_table(
        "admin_sessions",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user_id", _id, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("seen_at", _time, nullable=False),
        sa.Column("expires_at", _time, nullable=False),
        sa.Column("message", sa.Text()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_admin_sessions")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["admin_users.id"],
            name=op.f("fk_admin_sessions_user_id_admin_users"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_admin_sessions_user_id"), "admin_sessions", ["user_id"])
    op.create_index(op.f("ix_admin_sessions_expires_at"), "admin_sessions", ["expires_at"])


def downgrade() -> None:
    for table in ("admin_audit", "admin_failures", "admin_sessions", "admin_users"):
        op.drop_table(table)
