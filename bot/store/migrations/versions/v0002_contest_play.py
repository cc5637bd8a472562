"""Contests as they are played: versions, entrants, attempts, answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    _contest_versions()
    _contest_rounds()
    _contest_questions()
    _contest_keys()
    _entrants()
    _consents()
    _contest_lists()
    _attempts()
    _answers()
    _grants()


def downgrade() -> None:
    for table in (
        "grants",
        "answers",
        "attempts",
        "contest_lists",
        "consents",
        "entrants",
        "contest_keys",
        "contest_questions",
        "contest_rounds",
        "contest_versions",
    ):
        op.drop_table(table)


def _contest_versions() -> None:
    op.create_table(
        "contest_versions",
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "version", name=op.f("pk_contest_versions")),
    )


def _contest_rounds() -> None:
    op.create_table(
        "contest_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_rounds")),
        sa.UniqueConstraint(
            "contest_id", "round_id", name=op.f("uq_contest_rounds_contest_id_round_id")
        ),
        sqlite_autoincrement=True,
    )


def _contest_questions() -> None:
    op.create_table(
        "contest_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("treatment", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
        sa.CheckConstraint(
            "treatment IN ('normal', 'full_marks', 'dropped')",
            name=op.f("ck_contest_questions_treatment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_questions")),
        sa.UniqueConstraint(
            "contest_id",
            "question_id",
            "version",
            name=op.f("uq_contest_questions_contest_id_question_id_version"),
        ),
        sqlite_autoincrement=True,
    )


def _contest_keys() -> None:
    op.create_table(
        "contest_keys",
        sa.Column("question", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("question", "chosen", name=op.f("pk_contest_keys")),
    )


def _entrants() -> None:
    op.create_table(
        "entrants",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("person_id", _id),
        sa.Column("registered_ms", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), server_default=sa.text("'individual'"), nullable=False),
        sa.Column("standing", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("locked_at", _time),
        sa.Column("is_child", sa.Boolean(), nullable=False),
        sa.Column("eligible_until", sa.Date()),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text()),
        sa.Column("commune", sa.Text()),
        sa.Column("province", sa.Text()),
        sa.Column("age_band", sa.Text()),
        sa.Column("gender", sa.Text()),
        sa.Column("group", sa.Text()),
        sa.Column("occupation", sa.Text()),
        sa.Column("segment", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("phone_mark", sa.Text()),
        sa.Column("id_mark", sa.Text()),
        sa.Column("email_mark", sa.Text()),
        sa.Column("person_mark", sa.Text()),
        sa.Column("referred_by", sa.BigInteger()),
        sa.CheckConstraint(
            "standing IN ('active', 'no_prize', 'disqualified', 'withdrawn')",
            name=op.f("ck_entrants_standing"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_entrants_person_id_people"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entrants")),
        sa.UniqueConstraint(
            "contest_id", "person_id", name=op.f("uq_entrants_contest_id_person_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_entrants_contest_id_id_mark"), "entrants", ["contest_id", "id_mark"])
    op.create_index(
        op.f("ix_entrants_contest_id_person_mark"), "entrants", ["contest_id", "person_mark"]
    )
    op.create_index(
        op.f("ix_entrants_contest_id_phone_mark"), "entrants", ["contest_id", "phone_mark"]
    )
    op.create_index(op.f("ix_entrants_person_id"), "entrants", ["person_id"])
    op.create_index(op.f("ix_entrants_referred_by"), "entrants", ["referred_by"])


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", _id, nullable=False),
        sa.Column("entrant_id", _id, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("by_guardian", sa.Boolean(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entrant_id"],
            ["entrants.id"],
            name=op.f("fk_consents_entrant_id_entrants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consents_entrant_id"), "consents", ["entrant_id"])


def _contest_lists() -> None:
    op.create_table(
        "contest_lists",
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "list", "mark", name=op.f("pk_contest_lists")),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", _id, autoincrement=False, nullable=False),
        sa.Column("entrant_id", _id, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("device", sa.Text()),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("submitted_ms", sa.BigInteger()),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("prediction", sa.BigInteger()),
        sa.Column("total", sa.SmallInteger(), nullable=False),
        sa.Column("correct", sa.SmallInteger()),
        sa.Column("score", sa.Integer()),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.CheckConstraint(
            "status IN ('open', 'submitted', 'timed_out', 'discarded', 'void')",
            name=op.f("ck_attempts_status"),
        ),
        sa.ForeignKeyConstraint(
            ["entrant_id"], ["entrants.id"], name=op.f("fk_attempts_entrant_id_entrants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(
        "ix_attempts_due",
        "attempts",
        ["deadline_ms"],
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(op.f("ix_attempts_round_entrant_id"), "attempts", ["round", "entrant_id"])
    op.create_index(
        "uq_attempts_open",
        "attempts",
        ["entrant_id", "round"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("attempt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text()),
        sa.Column("at_ms", sa.BigInteger()),
        sa.Column("changes", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempts.id"],
            name=op.f("fk_answers_attempt_id_attempts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_answers")),
        sqlite_with_rowid=False,
    )


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("entrant_id", _id, autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure_id", _id, autoincrement=False, nullable=False),
        sa.Column("extra", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entrant_id", "round", "measure_id", name=op.f("pk_grants")),
    )
