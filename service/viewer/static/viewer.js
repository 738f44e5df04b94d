// Plays the EHR: reads the FHIR server, sends the real hook request, shows the cards that come back.

import { showAnswer, showFailure } from "./cards.js";

const FHIR = document.body.dataset.fhir;
const USER = "Practitioner/COREPRACTITIONER1";
const at = (id) => document.getElementById(id);

const state = { services: [], stories: new Map(), patient: null, cases: [], asked: 0 };

async function json(url, options = {}) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

const fhir = (query) => json(`${FHIR}/${query}`, { headers: { Accept: "application/fhir+json" } });
const resources = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource).filter(Boolean);

async function start() {
  const [discovery, stories] = await Promise.all([json("/cds-services"), json(document.body.dataset.stories)]);
  state.services = discovery.services;
  state.stories = new Map(stories.map((story) => [story.patient, story]));
  const patients = await patientsOf([...state.stories.keys()]);
  patients.sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
  at("patients").replaceChildren(...groupsOf(patients).map(groupOf));
  at("patients-note").textContent = patients.length ? "" : "The FHIR server has no patient.";
  for (const service of state.services) at("hook").add(new Option(titleOf(service), service.hook));
  const named = decodeURIComponent(location.hash.slice(1));
  const known = patients.find((patient) => patient.id === named);
  if (known) choose(known);
}

// In parts: a server need not accept an address of any length.
async function patientsOf(ids) {
  if (!ids.length) return resources(await fhir("Patient?_count=200"));
  const parts = [];
  for (let first = 0; first < ids.length; first += 50) parts.push(ids.slice(first, first + 50).map(encodeURIComponent));
  const bundles = await Promise.all(parts.map((part) => fhir(`Patient?_id=${part.join(",")}&_count=${part.length}`)));
  return bundles.flatMap(resources);
}

// By what the story's first card is about, in the order in which the stories are told.
function groupsOf(patients) {
  const groups = new Map([...state.stories.values()].map((story) => [story.group, []]));
  for (const patient of patients) {
    const group = state.stories.get(patient.id)?.group ?? "Patients";
    groups.set(group, [...(groups.get(group) ?? []), patient]);
  }
  return [...groups].filter(([, members]) => members.length);
}

function groupOf([name, members]) {
  const list = document.createElement("ul");
  list.append(...members.map(patientLine));
  const group = document.createElement("section");
  group.append(Object.assign(document.createElement("h3"), { textContent: `${name} (${members.length})` }), list);
  return group;
}

const TITLES = {
  "patient-view": "Opens the chart", "order-select": "Picks an order", "order-sign": "Signs an order",
  "order-dispatch": "Sends an order out", "encounter-start": "Admits the patient", "encounter-discharge": "Discharges the patient",
  "appointment-book": "Books a visit", "medication-refill": "Answers a refill request",
};
const titleOf = (service) => TITLES[service.hook] ?? service.hook;

function nameOf(patient) {
  const name = patient.name?.[0] ?? {};
  return name.text ?? ([...(name.given ?? []), name.family].filter(Boolean).join(" ") || patient.id);
}

function patientLine(patient) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.patient = patient.id;
  const title = state.stories.get(patient.id)?.title ?? "";
  for (const [name, text] of [["who", nameOf(patient)], ["story", title || `Patient/${patient.id}`]]) {
    button.append(Object.assign(document.createElement("span"), { className: name, textContent: text }));
  }
  button.addEventListener("click", () => choose(patient));
  const line = document.createElement("li");
  line.dataset.words = `${button.textContent} ${state.stories.get(patient.id)?.words ?? ""}`.toLowerCase();
  line.append(button);
  return line;
}

async function choose(patient) {
  state.patient = patient;
  for (const button of at("patients").querySelectorAll("button")) {
    if (button.dataset.patient === patient.id) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  history.replaceState(null, "", `#${encodeURIComponent(patient.id)}`);
  at("title").textContent = nameOf(patient);
  at("identity").textContent = [patient.gender, patient.birthDate && `born ${patient.birthDate}`, `Patient/${patient.id}`].filter(Boolean).join(" · ");
  at("ask").hidden = false;
  at("hook").value = "patient-view";
  if (await listCases()) await ask();
}

// What could be the case at this hook: the story's own requests, and each medication order of the chart, stopped.
// The EHR of some stories keeps data back (`withhold`).
async function listCases() {
  const [hook, patient] = [at("hook").value, state.patient];
  const told = (state.stories.get(patient.id)?.requests ?? []).filter((request) => request.hook === hook);
  let cases = told.map(({ why, context, withhold }) => ({ label: why || "As in the story", context, withhold }));
  if (hook === "patient-view") {
    const whole = cases.find((one) => !one.withhold.length) ?? { context: {}, withhold: [] };
    cases = [{ ...whole, label: "The whole chart can be read" }, ...cases.filter((one) => one.withhold.length)];
  } else {
    const [type, statuses] = CHOICES[hook];
    const bundle = await fhir(`${type}?patient=${encodeURIComponent(patient.id)}&_count=200`).catch(() => ({}));
    for (const resource of resources(bundle).filter((one) => statuses.includes(one.status))) {
      cases.push({ ...choice(hook, resource), withhold: [] });
    }
  }
  if (state.patient !== patient || at("hook").value !== hook) return false; // somebody else was chosen meanwhile
  state.cases = cases;
  at("case-line").hidden = hook === "patient-view" && cases.length === 1;
  at("case").replaceChildren(...cases.map((one, index) => new Option(one.label, index)));
  return true;
}

// What a user can do at a hook besides what the story tells: with which resources of the chart.
const ORDERS = ["MedicationRequest", ["active", "on-hold"]];
const STAYS = ["Encounter", ["planned", "arrived", "in-progress"]];
const CHOICES = {
  "order-select": ORDERS, "order-sign": ORDERS, "order-dispatch": ["MedicationRequest", ["active", "on-hold", "stopped"]],
  "encounter-start": STAYS, "encounter-discharge": STAYS,
  "appointment-book": ["Appointment", ["booked", "proposed"]], "medication-refill": ORDERS,
};

function choice(hook, resource) {
  const bundle = (one) => ({ resourceType: "Bundle", type: "collection", entry: [{ resource: one }] });
  if (hook === "order-dispatch") {
    const context = { dispatchedOrders: [`${resource.resourceType}/${resource.id}`], performer: "Organization/pharmacy" };
    return { label: `Send out: ${drugOf(resource)} (${resource.status})`, context };
  }
  if (hook === "encounter-start" || hook === "encounter-discharge") {
    return { label: `Stay since ${resource.period?.start?.slice(0, 10) ?? "?"}`, context: { encounterId: resource.id } };
  }
  if (hook === "appointment-book") {
    return { label: `Cancel: ${resource.description ?? resource.id}`, context: { appointments: bundle({ ...resource, status: "cancelled" }) } };
  }
  if (hook === "medication-refill") {
    return { label: `Deny: ${drugOf(resource)}`, context: { medications: bundle({ ...resource, status: "cancelled" }) } };
  }
  return { label: `Stop: ${drugOf(resource)}`, context: drafting({ ...resource, status: "stopped" }) };
}

const drugOf = (order) => order.medicationCodeableConcept?.text ?? order.medicationCodeableConcept?.coding?.[0]?.display ?? order.id;

const drafting = (order) => ({
  selections: [`${order.resourceType}/${order.id}`],
  draftOrders: { resourceType: "Bundle", type: "collection", entry: [{ resource: order }] },
});

async function ask() {
  const service = state.services.find((one) => one.hook === at("hook").value);
  const chosen = state.cases[at("case").value];
  if (!chosen) return showFailure("Nothing in this chart to do that with.");
  const context = { ...chosen.context, userId: USER, patientId: state.patient.id };
  if (service.hook !== "order-select") delete context.selections;
  const turn = (state.asked += 1);
  at("status").textContent = "Asking …";
  at("status").className = "status";
  const data = chosen.withhold.length ? { prefetch: await prefetched(service, chosen.withhold) } : { fhirServer: FHIR };
  const body = { hook: service.hook, hookInstance: crypto.randomUUID?.() ?? uuid(), context, ...data };
  const url = `/cds-services/${service.id}`;
  const began = performance.now();
  try {
    const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const said = await answer.json();
    if (turn !== state.asked) return; // a newer question is under way
    const milliseconds = Math.round(performance.now() - began);
    at("wire").hidden = false;
    at("request").textContent = `POST ${url}\n\n${JSON.stringify(body, null, 2)}`;
    at("response").textContent = `${answer.status}\n\n${JSON.stringify(said, null, 2)}`;
    if (answer.ok) showAnswer(said, { service: url, milliseconds });
    else showFailure(said.issue?.[0]?.diagnostics ?? `The service answered ${answer.status}.`);
  } catch (error) {
    if (turn === state.asked) showFailure(`The service did not answer: ${error.message}`);
  }
}

// Where data are kept back the page sends what there is, and no server that could be asked for the rest.
async function prefetched(service, withheld) {
  const templates = Object.entries(service.prefetch).filter(([key]) => !withheld.includes(key));
  const queries = templates.map(([key, template]) =>
    fhir(template.replaceAll("{{context.patientId}}", encodeURIComponent(state.patient.id))).then((found) => [key, found]));
  return Object.fromEntries(await Promise.all(queries));
}

// crypto.randomUUID is there on secure origins only, and a demo on a plain address is none.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

at("ask").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
at("hook").addEventListener("change", async () => { if (await listCases()) await ask(); });
at("case").addEventListener("change", ask);
at("filter").addEventListener("input", () => {
  const wanted = at("filter").value.trim().toLowerCase();
  let shown = 0;
  for (const line of at("patients").querySelectorAll("li")) {
    line.hidden = !line.dataset.words.includes(wanted);
    shown += !line.hidden;
  }
  for (const group of at("patients").children) group.hidden = !group.querySelector("li:not([hidden])");
  at("patients-note").textContent = shown ? "" : "No patient matches.";
});

start().catch((error) => {
  at("patients-note").textContent = "";
  showFailure(`The patients could not be read: ${error.message}`);
});
