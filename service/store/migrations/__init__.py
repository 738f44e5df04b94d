"""How the tables change from version to version (alembic). Only ever forwards, and only by adding: an older version of
the service that still runs on another node must be able to go on."""
