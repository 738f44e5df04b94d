"""The version of this software, the same as in `pyproject.toml`."""

VERSION = "0.1.0"
