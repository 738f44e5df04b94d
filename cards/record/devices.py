"""Device and DeviceUseStatement: is it an implanted intrathecal pump?

No code for such a pump is confirmed in any code system, so words decide: maker's names, model numbers, "intrathecal".
A device that says nothing about itself may be one, and is unreadable. `status: active` does not prove that it runs.
"""

from cards.record import facts, lexicon, wire
from cards.record.chart import Chart
from cards.record.coding import all_words, codings, items, leads_to, notes, plain, reference_of, string, words
from cards.record.concepts import PumpModel
from cards.record.measures import OTHER_BATTERY
from cards.record.observations import device_properties
from cards.record.phrases import Phrasebook, Row
from cards.record.when import When, date_in_text

NO_NAME = "a device has neither name nor type"

_MODELS = Phrasebook(
    (
        Row(PumpModel.SYNCHROMED, ("synchromed*", "8637 20", "8637 40", "8637*")),
        Row(PumpModel.PROMETRA, ("prometra*",)),
    )
)
_PUMPS = Phrasebook(
    (
        Row(
            PumpModel.UNKNOWN,
            ("synchromed*", "prometra*", "8637 20", "8637 40", "intrathecal & (pump|catheter|infusion|system)",
                "itb pump", "itb & pump",
             "baclofen & pump", "pain pump", "intrathecal drug delivery*", "implant* & infusion pump",
             "implant* & drug pump", "implanted pump",
             "programmable ~ pump", "drug infusion system", "implantable pump", "spinal infusion pump",
             "intraspinal & pump", "isomed", "medstream"),
            unless=("insulin", "breast", "balloon", "heart pump", "ventricular assist", "feeding", "pca",
                "penile", "walker", "wheelchair",
                    "shunt", "artificial heart"),
        ),
    )
)  # fmt: skip
_NOT_A_PUMP = frozenset({"entered-in-error"})


def read_device(resource: wire.Device, reference: str, chart: Chart) -> None:
    """One Device; all but pumps are dropped."""
    status = string(resource.status)
    if status in _NOT_A_PUMP:
        return
    named = [string(item.get("name")) for item in items(resource.deviceName)]
    kind = all_words(resource.type)
    udi = [
        string(item.get(key))
        for item in (*items(resource.udiCarrier), *items(resource.udi))
        for key in ("carrierHRF", "name")
    ]
    model = string(resource.modelNumber) or string(resource.model)
    describing = [*named, kind, model, notes(resource.note)]
    said = " | ".join(part for part in (*describing, string(resource.manufacturer), *udi) if part)
    is_other = any(
        "other-infusion-pump" in chart.valuesets.meaning(system, code).of("device")
        for system, code, _ in codings(resource.type)
    )
    if not _is_pump(said):
        chart.other_devices.add(reference)
        chart.has_other_battery |= bool(OTHER_BATTERY.search(plain(said)))
        if not any(describing) and not is_other:
            chart.cannot_read(reference, NO_NAME)
            chart.other_devices.discard(reference)
        return
    if is_other and not _MODELS.mentioned(said) and "intrathecal" not in plain(said):
        chart.other_devices.add(reference)
        return
    text = ", ".join(
        dict.fromkeys(part for part in (*named, words(resource.type), string(resource.manufacturer), model) if part)
    )
    note = notes(resource.note)
    chart.devices.append(
        facts.Device(
            reference=reference,
            is_use_statement=False,
            status=status,
            text=f"{text} ; {note}" if note and text else text or note,
            model=_model(said),
            drugs=lexicon.drugs_asserted(said),
            start=_implanted(note, chart),
        )
    )
    device_properties(resource.property, reference, chart)


def read_use_statement(resource: wire.DeviceUseStatement, reference: str, chart: Chart) -> None:
    """One DeviceUseStatement; read after all Devices, since it may only point to one."""
    status = string(resource.status)
    if status in _NOT_A_PUMP:
        return
    pointer = reference_of(resource.device)
    note = notes(resource.note)
    inner = " | ".join(
        part
        for item in items(resource.contained)
        for part in (all_words(item.get("type")), *(string(name.get("name")) for name in items(item.get("deviceName"))))
    )
    said = " | ".join(
        part for part in (all_words(resource.device), inner, all_words(resource.reasonCode), note) if part.strip(" |")
    )
    device = next((known for known in chart.devices if pointer and leads_to(pointer, known.reference)), None)
    if device is None and not _is_pump(said):
        known = any(leads_to(pointer, other) for other in chart.other_devices) if pointer else False
        if not said.strip(" |") and not known:
            chart.cannot_read(reference, NO_NAME)
        return
    defects: list[str] = []
    start, end = chart.period(resource.timingPeriod, defects)
    chart.devices.append(
        facts.Device(
            reference=reference,
            defects=tuple(defects),
            is_use_statement=True,
            status=status,
            text=words(resource.device) or note or (device.text if device else ""),
            model=_model(said) or (device.model if device else PumpModel.UNKNOWN),
            drugs=lexicon.drugs_asserted(said),
            device=device.reference if device else pointer,
            start=start or chart.when(resource.timingDateTime, defects),
            end=end,
        )
    )


def _is_pump(said: str) -> bool:
    return any(_PUMPS.mentioned(part) for part in (*said.split("|"), said.replace("|", " ")))


def _model(said: str) -> PumpModel:
    return next(iter(sorted(_MODELS.mentioned(said))), PumpModel.UNKNOWN)


def _implanted(note: str, chart: Chart) -> When | None:
    """ "Implanted 2021-05-03" in a note; a Device has no element for it."""
    lower = plain(note)
    if "implant" not in lower:
        return None
    return date_in_text(lower[lower.index("implant") :], chart.zone, chart.moment.date_order)
