"""The tables of the editors' and organizers' web: who may enter, who is in, what was done.

Users are never deleted, only disabled: what they did keeps its name. Citizens do not stand here.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, false, text

from bot.store.tables import UtcTime, Words, id_type, json_type, metadata

# `totp` is sealed; `totp_step` is the last time step whose code was used, so that none serves twice.
admin_users = Table(
    "admin_users",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("full_name", Words, nullable=False),
    Column("password", Text, nullable=False),
    Column("roles", json_type(), nullable=False),
    Column("is_disabled", Boolean, nullable=False, server_default=false()),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    Column("totp", Text),
    Column("totp_step", Integer, nullable=False, server_default=text("0")),
    Column("created_by", Words, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime),
    sqlite_autoincrement=True,
)

# `key` is a fingerprint of the cookie. In stage «code» only the second factor may be given.
admin_sessions = Table(
    "admin_sessions",
    metadata,
    Column("key", Text, primary_key=True),
    Column(
        "user_id",
        id_type(),
        ForeignKey("admin_users.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("stage", Text, nullable=False),
    Column("browser", Words, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("message", Words),
)

# Wrong passwords, by fingerprint of a name or of an address.
admin_failures = Table(
    "admin_failures",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("locked_until", UtcTime),
)

# Rows are only added; `before` and `after` are fingerprints of the object's content.
admin_audit = Table(
    "admin_audit",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False, index=True),
    Column("act", Text, nullable=False, index=True),
    Column("subject", Words, nullable=False),
    Column("detail", Words, nullable=False, server_default=text("''")),
    Column("before", Text, nullable=False, server_default=text("''")),
    Column("after", Text, nullable=False, server_default=text("''")),
    Index(None, "subject", "id"),
    sqlite_autoincrement=True,
)

# Every wording that an entry ever had, as the lines of its file; `mark` is their fingerprint.
entry_versions = Table(
    "entry_versions",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("entry_id", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("act", Text, nullable=False),
    Column("text", Words, nullable=False),
    Column("mark", Text, nullable=False),
    Index(None, "entry_id", "id"),
    sqlite_autoincrement=True,
)

# New words of an entry that is being said, waiting for an approver; `based_on` is the mark of the
# lines that they would take the place of.
entry_proposals = Table(
    "entry_proposals",
    metadata,
    Column("entry_id", Words, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("based_on", Text, nullable=False),
)
