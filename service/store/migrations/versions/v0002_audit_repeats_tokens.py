"""One audit row a call, what an acknowledged card rested on, tokens used up, comments no longer in plain text."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns and tables. Comments that were kept in plain text stay, marked as such."""
    op.add_column("secret", sa.Column("key_check", sa.String(64), nullable=False, server_default=""))
    op.add_column("card_shown", sa.Column("facts", sa.Text, nullable=False, server_default=""))
    op.add_column("card_shown", sa.Column("acknowledged", sa.DateTime))
    op.create_index("ix_card_shown_site_at", "card_shown", ["site", "at"])
    op.add_column("feedback", sa.Column("comment_kept", sa.String(10), nullable=False, server_default="none"))
    op.execute("UPDATE feedback SET comment_kept = 'plain' WHERE comment <> ''")
    op.create_index("ix_feedback_site_received", "feedback", ["site", "received"])
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("patient", sa.String(64), nullable=False, index=True),
        sa.Column("hook", sa.String(40), nullable=False),
        sa.Column("hook_instance", sa.String(36), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("needs", sa.JSON, nullable=False),
        sa.Column("verdicts", sa.JSON, nullable=False),
        sa.Column("cards", sa.JSON, nullable=False),
        sa.Column("knowledge_version", sa.String(40), nullable=False),
        sa.Column("service_version", sa.String(40), nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("ms", sa.Integer, nullable=False),
    )
    op.create_index("ix_audit_site_at", "audit", ["site", "at"])
    op.create_table(
        "jwt_id_seen",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("expires", sa.DateTime, nullable=False, index=True),
    )
