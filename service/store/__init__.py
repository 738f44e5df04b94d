"""What the service remembers: cards shown, feedback, one audit row a call, tokens used up.

`store` holds the questions that are asked of it, `tables` what is kept, `engine` how a database is reached, `migrate`
how its tables change from version to version, `identity` how people are hashed, `retention` what is forgotten.
docs/memory.md says it all for an operator.
"""

from service.store.engine import cannot_be_made, place
from service.store.records import CallAnswered, CardShown, Fired
from service.store.store import Store

__all__ = ["CallAnswered", "CardShown", "Fired", "Store", "cannot_be_made", "place"]
