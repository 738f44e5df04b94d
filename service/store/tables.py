"""What is kept, as the newest migration leaves it. Times are UTC without zone.

No chart value is in any column: people are keyed hashes, findings are keyed hashes, comments are absent or encrypted.
"""

import sqlalchemy as sa

HEAD = "0002"  # the revision of these tables; a test compares them with what the migrations make

metadata = sa.MetaData()

secret = sa.Table(
    "secret",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("patient_key", sa.String(64), nullable=False),  # "": the key is in the environment
    sa.Column("key_check", sa.String(64), nullable=False, server_default=""),  # whether that is still the same
)

card_shown = sa.Table(
    "card_shown",
    metadata,
    sa.Column("uuid", sa.String(36), primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("site", sa.String(100), nullable=False),
    sa.Column("hook", sa.String(40), nullable=False),
    sa.Column("patient", sa.String(64), nullable=False, index=True),
    sa.Column("user", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("indicator", sa.String(10), nullable=False),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("suggestions", sa.JSON, nullable=False),  # uuid -> key
    sa.Column("silent", sa.Boolean, nullable=False),  # decided, and not shown
    sa.Column("facts", sa.Text, nullable=False, server_default=""),  # keyed hashes of what it rested on, by spaces
    sa.Column("acknowledged", sa.DateTime),  # set: shown as information, because acknowledged then
    sa.Index("ix_card_shown_site_at", "site", "at"),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("received", sa.DateTime, nullable=False),
    sa.Column("site", sa.String(100), nullable=False),
    sa.Column("card", sa.String(36), nullable=False, index=True),
    sa.Column("card_is_known", sa.Boolean, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("outcome_at", sa.DateTime, nullable=False),  # as the client says
    sa.Column("suggestions", sa.JSON, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),  # what is kept of it:
    # none: there was none; dropped; encrypted; plain: from before they were dropped or encrypted
    sa.Column("comment_kept", sa.String(10), nullable=False, server_default="none"),
    sa.Index("ix_feedback_site_received", "site", "received"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("site", sa.String(100), nullable=False),
    sa.Column("caller", sa.Text, nullable=False),  # issuer of the JWT, "" where none was asked for
    sa.Column("user", sa.String(64), nullable=False),
    sa.Column("patient", sa.String(64), nullable=False, index=True),
    sa.Column("hook", sa.String(40), nullable=False),
    sa.Column("hook_instance", sa.String(36), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),  # HTTP
    sa.Column("needs", sa.JSON, nullable=False),  # need -> state
    sa.Column("verdicts", sa.JSON, nullable=False),  # rule -> card | addendum | quiet | cannot tell | raised
    sa.Column("cards", sa.JSON, nullable=False),  # their uuids
    sa.Column("knowledge_version", sa.String(40), nullable=False),
    sa.Column("service_version", sa.String(40), nullable=False),
    sa.Column("silent", sa.Boolean, nullable=False),
    sa.Column("ms", sa.Integer, nullable=False),  # until the answer was ready
    sa.Index("ix_audit_site_at", "site", "at"),
)

jwt_id_seen = sa.Table(
    "jwt_id_seen",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # SHA-256 of issuer and jti
    sa.Column("expires", sa.DateTime, nullable=False, index=True),
)
