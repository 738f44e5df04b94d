"""What an app is made of: chosen once in `create_app`, handed to everything else."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

from cards.decide import Decision
from cards.hooks import Hook
from cards.ledger import Ledger
from cards.moment import Moment, Supplied
from cards.needs import Need
from cards.record.valuesets import ValueSets
from cards.rule import Rule
from service.config import Config
from service.fhir import FhirClient
from service.store import Store
from service.store.engine import WAIT

if TYPE_CHECKING:
    from service.metrics import Metrics  # not before `config.share_metrics`: it brings prometheus-client with it


class Decide(Protocol):
    """The corridor, `cards.decide.decide`."""

    def __call__(
        self,
        rules: Sequence[Rule],
        resources: Sequence[Supplied],
        ledger: Ledger,
        moment: Moment,
        *,
        valuesets: ValueSets,
        max_cards: int = 3,
        out_of_time: Callable[[], bool] = ...,
    ) -> Decision: ...


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The real things, or a test's."""

    config: Config
    clock: Callable[[], datetime]  # aware; asked once a request
    fhir: FhirClient
    store: Store
    metrics: "Metrics"
    decide: Decide
    rules: tuple[Rule, ...]
    hooks: tuple[Hook, ...]  # the hooks answered
    needs: Mapping[str, tuple[Need, ...]]  # by hook name: what its rules need
    valuesets: ValueSets
    knowledge_version: str


def open_store(config: Config, *, wait: float = WAIT, must_exist: bool = False) -> Store:
    """The database of this configuration, brought to today's tables; `wait` and `must_exist` as `Store` says."""
    key = config.patient_key.get_secret_value() if config.patient_key else ""
    return Store(config.database_url, patient_key=key, wait=wait, must_exist=must_exist)
