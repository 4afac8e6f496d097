"""The tables. Everything that must outlive the process is in one of them.

```mermaid
erDiagram
    users ||--o{ accounts : "is known as"
    users ||--o{ interviews : takes
    users ||--o{ settings : chose
    users ||--o| link_codes : made
    interviews ||--o{ turns : "is logged in"
    turns ||--o{ point_results : judged
    interviews ||--o{ outbox : says
    inbox
    cursors
    place_settings
    bots ||--o{ leases : holds
```

`inbox` stands alone: a message is kept before anything is known about who sent it. So do `cursors`
and `place_settings`, which belong to platforms and not to people. `bots` and `leases` are empty
where one bot has the database to itself.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.storage.column_types import JSON_VALUE, ROW_ID, UtcDateTime


class InterviewStatus(StrEnum):
    """Where an interview stands, for looking at the table; the snapshot is what counts."""

    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"


class Base(DeclarativeBase):
    """Base of all tables; the naming convention keeps migrations the same on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON_VALUE}  # noqa: RUF012 - SQLAlchemy reads it from the class


class UserRow(Base):
    """A person."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class AccountRow(Base):
    """A person as one platform knows them; a person may have several."""

    __tablename__ = "accounts"

    platform: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)


class InterviewRow(Base):
    """The latest snapshot of an interview.

    `number` orders the interviews of a person, from 1; one that moves to another conversation or to
    another person gets a new one.
    """

    __tablename__ = "interviews"
    __table_args__ = (
        UniqueConstraint("user_id", "number"),
        Index("ix_interviews_latest", "user_id", "platform", "conversation", "number", unique=True),
        Index(
            "ix_interviews_open",
            "platform",
            "conversation",
            sqlite_where=text("status <> 'ended'"),
            postgresql_where=text("status <> 'ended'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    number: Mapped[int]
    platform: Mapped[str]
    conversation: Mapped[str]
    pack_id: Mapped[str]
    pack_version: Mapped[str]
    locale: Mapped[str]
    mode: Mapped[str]
    status: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    last_reply: Mapped[dict[str, Any] | None]
    version: Mapped[int]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TurnRow(Base):
    """One line of the append-only turn log; rows are never changed."""

    __tablename__ = "turns"

    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[str]
    topic_id: Mapped[str]
    intent: Mapped[str]
    text: Mapped[str]
    record: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime]


class PointResultRow(Base):
    """What one turn did for one answer point, in columns that can be counted."""

    __tablename__ = "point_results"
    __table_args__ = (
        ForeignKeyConstraint(["interview_id", "turn"], ["turns.interview_id", "turns.turn"]),
    )

    interview_id: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    point_id: Mapped[str] = mapped_column(primary_key=True)
    topic_id: Mapped[str]
    status: Mapped[str]
    similarity: Mapped[float]
    probability: Mapped[float]
    evidence: Mapped[str | None]


class InboxRow(Base):
    """A message as it arrived; `done_at` is set in the transaction that answers it."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("platform", "event_id"),
        # Only what waits is indexed, so that looking for work costs the same for ever.
        Index(
            "ix_inbox_pending",
            "platform",
            "conversation",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    platform: Mapped[str]
    event_id: Mapped[str]
    conversation: Mapped[str]
    account: Mapped[str]
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class OutboxRow(Base):
    """A reply to send. Ids are never used twice: platforms drop duplicates by them."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_pending",
            "platform",
            "conversation",
            "id",
            sqlite_where=text("sent_at IS NULL AND failed_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND failed_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    platform: Mapped[str]
    conversation: Mapped[str]
    interview_id: Mapped[str | None] = mapped_column(ForeignKey("interviews.id"), index=True)
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]


class SettingRow(Base):
    """One choice of a person, such as their language."""

    __tablename__ = "settings"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class LinkCodeRow(Base):
    """A short-lived code that links another account to the person who made it."""

    __tablename__ = "link_codes"

    code: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), unique=True)
    expires_at: Mapped[datetime]


class CursorRow(Base):
    """Where a stream of a platform was left."""

    __tablename__ = "cursors"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class PlaceSettingRow(Base):
    """One setting of a place, such as a server's language."""

    __tablename__ = "place_settings"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class BotRow(Base):
    """A bot process that shares the database with others, until when it is taken for alive."""

    __tablename__ = "bots"

    id: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class LeaseRow(Base):
    """Work that a bot process has taken upon itself, so that no other does it, too.

    `work` says what is done in the conversation (`bot.storage.leases.Work`); the conversation is
    empty where it is done for the whole platform.
    """

    __tablename__ = "leases"

    platform: Mapped[str] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(primary_key=True)
    work: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(ForeignKey("bots.id"))
