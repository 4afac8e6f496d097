"""Platforms: codes that link accounts, cursors, settings of places, and what is open where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261126_platforms"
down_revision = "20261122_initial"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "link_codes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_link_codes_user_id_users"),
        sa.PrimaryKeyConstraint("code", name="pk_link_codes"),
        sa.UniqueConstraint("user_id", name="uq_link_codes_user_id"),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cursors"),
    )
    op.create_table(
        "place_settings",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_place_settings"),
    )
    op.create_index(
        "ix_interviews_open",
        "interviews",
        ["platform", "conversation"],
        sqlite_where=sa.text("status <> 'ended'"),
        postgresql_where=sa.text("status <> 'ended'"),
    )


def downgrade() -> None:
    op.drop_index("ix_interviews_open", "interviews")
    for table in ("place_settings", "cursors", "link_codes"):
        op.drop_table(table)
