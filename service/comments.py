"""What a clinician wrote beside an override: free text that may name the patient. Not kept, or encrypted (Fernet).

The keys come from the environment, so that who has the database alone cannot read them. The first key encrypts, all
decrypt: a new key goes in front of the old ones.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr


class Comments:
    """Encrypts and decrypts with these keys, by commas; ValueError where one is no Fernet key."""

    def __init__(self, keys: SecretStr | None) -> None:
        written = [key.strip() for key in (keys.get_secret_value() if keys else "").split(",")]
        fernets = [Fernet(key) for key in written if key]
        self._fernet = MultiFernet(fernets) if fernets else None

    @property
    def can_encrypt(self) -> bool:
        """Whether there is a key."""
        return self._fernet is not None

    def encrypt(self, comment: str) -> str:
        """As it is stored. Only for a site that keeps comments: its configuration asked for the key."""
        if self._fernet is None:
            raise ValueError("no key to encrypt with")
        return self._fernet.encrypt(comment.encode("utf-8", "replace")).decode()

    def decrypt(self, stored: str) -> str | None:
        """The words again; None where no key at hand fits."""
        if self._fernet is None:
            return None
        try:
            return self._fernet.decrypt(stored).decode()
        except InvalidToken:
            return None
