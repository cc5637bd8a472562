"""Contests as the organizers decide them: results, prizes, measures, complaints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    _measures()
    _results()
    _rankings()
    _lots()
    _awards()
    _flags()
    _disqualifications()
    _complaints()
    _contest_audit()


def downgrade() -> None:
    for table in (
        "contest_audit",
        "complaints",
        "disqualifications",
        "flags",
        "awards",
        "lots",
        "rankings",
        "results",
        "measures",
    ):
        op.drop_table(table)


def _measures() -> None:
    op.create_table(
        "measures",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", _json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("figures", _json, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'proposed'"), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", _time, nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", _time),
        sa.Column("version", sa.Integer()),
        sa.CheckConstraint(
            "state != 'approved' OR decided_by != proposed_by", name=op.f("ck_measures_two_persons")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'rejected')", name=op.f("ck_measures_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measures")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_measures_contest_id"), "measures", ["contest_id"])


def _results() -> None:
    op.create_table(
        "results",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actual", sa.BigInteger()),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("all_correct", sa.Integer(), nullable=False),
        sa.Column("computed_at", _time, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.Text()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", _time),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint(
            "contest_id", "round", "edition", name=op.f("uq_results_contest_id_round_edition")
        ),
        sqlite_autoincrement=True,
    )


def _rankings() -> None:
    op.create_table(
        "rankings",
        sa.Column("result_id", _id, autoincrement=False, nullable=False),
        sa.Column("entrant_id", _id, autoincrement=False, nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("correct", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("prediction", sa.BigInteger()),
        sa.Column("prediction_distance", sa.BigInteger()),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts_used", sa.Integer(), nullable=False),
        sa.Column("perfect_attempts", sa.Integer(), nullable=False),
        sa.Column("cumulative_score", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["results.id"],
            name=op.f("fk_rankings_result_id_results"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("result_id", "entrant_id", name=op.f("pk_rankings")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_rankings_result_id_segment_rank"), "rankings", ["result_id", "segment", "rank"]
    )


def _lots() -> None:
    op.create_table(
        "lots",
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entrant_id", _id, autoincrement=False, nullable=False),
        sa.Column("lot", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "round", "entrant_id", name=op.f("pk_lots")),
    )


def _awards() -> None:
    op.create_table(
        "awards",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("result_id", _id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("entrant_id", _id),
        sa.Column("unit", sa.Text()),
        sa.Column("rank", sa.Integer()),
        sa.Column("terms", _json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("by", sa.Text()),
        sa.Column("at", _time, nullable=False),
        sa.Column("code", sa.Text()),
        sa.CheckConstraint(
            "kind IN ('individual', 'spread', 'collective')", name=op.f("ck_awards_kind")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'verified', 'passed_down', 'granted')",
            name=op.f("ck_awards_state"),
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["results.id"], name=op.f("fk_awards_result_id_results")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("code", name=op.f("uq_awards_code")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_awards_contest_id_round"), "awards", ["contest_id", "round"])
    op.create_index(op.f("ix_awards_entrant_id"), "awards", ["entrant_id"])
    op.create_index(op.f("ix_awards_result_id"), "awards", ["result_id"])


def _flags() -> None:
    op.create_table(
        "flags",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entrant_id", _id, nullable=False),
        sa.Column("attempt_id", sa.BigInteger()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", _json, nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("reviewed_by", sa.Text()),
        sa.Column("reviewed_at", _time),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("state IN ('open', 'dismissed', 'upheld')", name=op.f("ck_flags_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint(
            "contest_id",
            "kind",
            "entrant_id",
            "subject",
            name=op.f("uq_flags_contest_id_kind_entrant_id_subject"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_flags_entrant_id"), "flags", ["entrant_id"])


def _disqualifications() -> None:
    op.create_table(
        "disqualifications",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("entrant_id", _id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("appeal", sa.Text()),
        sa.Column("appealed_at", _time),
        sa.Column("lifted_by", sa.Text()),
        sa.Column("lifted_at", _time),
        sa.Column("lift_note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disqualifications")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_disqualifications_contest_id"), "disqualifications", ["contest_id"])
    op.create_index(op.f("ix_disqualifications_entrant_id"), "disqualifications", ["entrant_id"])


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("entrant_id", _id),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("due_at", _time, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.Text()),
        sa.Column("answered_at", _time),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_complaints_contest_id"), "complaints", ["contest_id"])
    op.create_index(op.f("ix_complaints_entrant_id"), "complaints", ["entrant_id"])


def _contest_audit() -> None:
    op.create_table(
        "contest_audit",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contest_audit_contest_id"), "contest_audit", ["contest_id"])
