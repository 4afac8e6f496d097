"""Leases: which bot processes are alive, and what each has taken upon itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261126_leases"
down_revision = "20261126_platforms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bots",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bots"),
    )
    op.create_table(
        "leases",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["holder"], ["bots.id"], name="fk_leases_holder_bots"),
        sa.PrimaryKeyConstraint("platform", "conversation", "work", name="pk_leases"),
    )


def downgrade() -> None:
    op.drop_table("leases")
    op.drop_table("bots")
