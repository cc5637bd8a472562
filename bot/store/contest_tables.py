"""The tables of contests that fill while people play: versions, entrants, attempts, answers.

An attempt's id carries its entrant (see `contest_attempts`), so everything of one person lies
together and the tables can be split by person later without changing one of them. Instants of play
are milliseconds since 1970: results are compared by them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.tables import UtcTime, Words, id_type, metadata

# What was published, word for word; `sha256` is of the document. Never changed, never deleted.
contest_versions = Table(
    "contest_versions",
    metadata,
    Column("contest_id", Words, nullable=False),
    Column("version", Integer, nullable=False, autoincrement=False),
    Column("document", Words, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    PrimaryKeyConstraint("contest_id", "version"),
)

# Short numbers for what two million attempts and twenty million answers point at.
contest_rounds = Table(
    "contest_rounds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contest_id", Words, nullable=False),
    Column("round_id", Words, nullable=False),
    UniqueConstraint("contest_id", "round_id"),
    sqlite_autoincrement=True,
)
contest_questions = Table(
    "contest_questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contest_id", Words, nullable=False),
    Column("question_id", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("treatment", Text, nullable=False, server_default=text("'normal'")),
    UniqueConstraint("contest_id", "question_id", "version"),
    CheckConstraint("treatment IN ('normal', 'full_marks', 'dropped')", name="treatment"),
    sqlite_autoincrement=True,
)
# Every answer that counts as right, written as `answers.chosen` is.
contest_keys = Table(
    "contest_keys",
    metadata,
    Column("question", Integer, nullable=False, autoincrement=False),
    Column("chosen", Words, nullable=False),
    PrimaryKeyConstraint("question", "chosen"),
)

# A person in a contest. What he registered with is sealed; only what statistics and rankings need
# stands open. Marks are keyed fingerprints, to notice doubles by. `person_id` is empty once the
# person was erased: what he played stays counted, nobody's any more.
entrants = Table(
    "entrants",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("contest_id", Words, nullable=False),
    Column("person_id", id_type(), ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("registered_ms", BigInteger, nullable=False),
    Column("channel", Words, nullable=False),
    Column("track", Text, nullable=False, server_default=text("'individual'")),
    Column("standing", Text, nullable=False, server_default=text("'active'")),
    Column("locked_at", UtcTime),
    Column("is_child", Boolean, nullable=False),
    Column("eligible_until", Date),
    Column("sealed", Words, nullable=False),
    Column("unit", Words),
    Column("commune", Words),
    Column("province", Words),
    Column("age_band", Text),
    Column("gender", Words),
    Column("group", Words),
    Column("occupation", Words),
    Column("segment", Words, nullable=False, server_default=text("''")),
    Column("phone_mark", Text),
    Column("id_mark", Text),
    Column("email_mark", Text),
    Column("person_mark", Text),
    Column("referred_by", BigInteger),
    UniqueConstraint("contest_id", "person_id"),
    CheckConstraint(
        "standing IN ('active', 'no_prize', 'disqualified', 'withdrawn')", name="standing"
    ),
    Index(None, "contest_id", "phone_mark"),
    Index(None, "contest_id", "id_mark"),
    Index(None, "contest_id", "person_mark"),
    Index(None, "contest_id", "id"),
    Index(None, "contest_id", "standing", "id"),
    Index(None, "referred_by"),
    sqlite_autoincrement=True,
)
# The proof of each consent: which words, when, where; rows are only added.
consents = Table(
    "consents",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("entrant_id", id_type(), ForeignKey("entrants.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", Words, nullable=False),
    Column("text_version", Integer, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("by_guardian", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("channel", Words, nullable=False),
    Index(None, "entrant_id"),
    sqlite_autoincrement=True,
)
# People on a list the organizer gave: `roster`, or the role of those who may not play.
contest_lists = Table(
    "contest_lists",
    metadata,
    Column("contest_id", Words, nullable=False),
    Column("list", Words, nullable=False),
    Column("mark", Text, nullable=False),
    PrimaryKeyConstraint("contest_id", "list", "mark"),
)

_OPEN = text("status = 'open'")

attempts = Table(
    "attempts",
    metadata,
    Column(
        "id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("entrant_id", id_type(), ForeignKey("entrants.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seed", Text, nullable=False),
    Column("device", Text),
    Column("started_ms", BigInteger, nullable=False),
    Column("deadline_ms", BigInteger, nullable=False),
    Column("submitted_ms", BigInteger),
    Column("status", Text, nullable=False, server_default=text("'open'")),
    Column("prediction", BigInteger),
    Column("total", SmallInteger, nullable=False),
    Column("correct", SmallInteger),
    Column("score", Integer),
    Column("duration_ms", BigInteger),
    CheckConstraint(
        "status IN ('open', 'submitted', 'timed_out', 'discarded', 'void')", name="status"
    ),
    # One open attempt a person and round: whoever presses twice, the second start finds it.
    Index(
        "uq_attempts_open",
        "entrant_id",
        "round",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_attempts_due", "deadline_ms", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(None, "round", "entrant_id"),
)
# The paper as it was drawn, one row a place, filled in as it is answered. `shown` and `chosen` are
# ids of options, parted by commas; `chosen` in the order of the alphabet.
answers = Table(
    "answers",
    metadata,
    Column(
        "attempt_id",
        BigInteger,
        ForeignKey("attempts.id", ondelete="CASCADE"),
        nullable=False,
        autoincrement=False,
    ),
    Column("position", SmallInteger, nullable=False, autoincrement=False),
    Column("question", Integer, nullable=False),
    Column("shown", Words, nullable=False),
    Column("chosen", Words),
    Column("at_ms", BigInteger),
    Column("changes", SmallInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("attempt_id", "position"),
    sqlite_with_rowid=False,
)

# Attempts that the board gave beyond the limit.
grants = Table(
    "grants",
    metadata,
    Column("entrant_id", id_type(), nullable=False, autoincrement=False),
    Column("round", Integer, nullable=False, autoincrement=False),
    Column("measure_id", id_type(), nullable=False, autoincrement=False),
    Column("extra", SmallInteger, nullable=False),
    PrimaryKeyConstraint("entrant_id", "round", "measure_id"),
)
