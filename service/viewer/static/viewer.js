// Plays the EHR: reads the FHIR server, sends the real hook request, shows the cards that come back.

import { showAnswer, showFailure } from "./cards.js";

const FHIR = document.body.dataset.fhir;
const USER = "Practitioner/COREPRACTITIONER1";
const at = (id) => document.getElementById(id);

const state = { services: [], stories: new Map(), patient: null, orders: [], asked: 0 };

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
  const chosen = [...state.stories.keys()].map(encodeURIComponent).join(",");
  const patients = resources(await fhir(`Patient?${chosen ? `_id=${chosen}&` : ""}_count=200`));
  patients.sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
  at("patients").replaceChildren(...patients.map(patientLine));
  at("patients-note").textContent = patients.length ? "" : "The FHIR server has no patient.";
  for (const service of state.services) at("hook").add(new Option(titleOf(service), service.hook));
  const named = decodeURIComponent(location.hash.slice(1));
  const known = patients.find((patient) => patient.id === named);
  if (known) choose(known);
}

const titleOf = (service) => ({ "patient-view": "Opens the chart", "order-select": "Picks an order", "order-sign": "Signs an order" })[service.hook] ?? service.hook;

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
  state.orders = [];
  await listOrders();
  await ask();
}

// What a clinician could have in hand: the story's own orders, and each medication order of the chart, stopped.
async function listOrders() {
  const hook = at("hook").value;
  at("order-line").hidden = hook === "patient-view";
  at("order").replaceChildren();
  if (hook === "patient-view") return;
  const requests = state.stories.get(state.patient.id)?.requests ?? [];
  state.orders = requests.filter((request) => request.hook === hook && request.context.draftOrders)
    .map((request) => ({ label: request.why || "As in the story", context: request.context }));
  const id = encodeURIComponent(state.patient.id);
  const bundle = await fhir(`MedicationRequest?patient=${id}&_count=200`).catch(() => ({}));
  for (const order of resources(bundle).filter((resource) => ["active", "on-hold"].includes(resource.status))) {
    const drug = order.medicationCodeableConcept?.text ?? order.medicationCodeableConcept?.coding?.[0]?.display ?? order.id;
    state.orders.push({ label: `Stop: ${drug}`, context: drafting({ ...order, status: "stopped" }) });
  }
  at("order").replaceChildren(...state.orders.map((order, index) => new Option(order.label, index)));
}

const drafting = (order) => ({
  selections: [`${order.resourceType}/${order.id}`],
  draftOrders: { resourceType: "Bundle", type: "collection", entry: [{ resource: order }] },
});

async function ask() {
  const service = state.services.find((one) => one.hook === at("hook").value);
  const drafts = service.hook === "patient-view" ? {} : state.orders[at("order").value]?.context;
  if (!drafts) return showFailure("This patient has no order that could be signed or stopped.");
  const context = { ...drafts, userId: USER, patientId: state.patient.id };
  if (service.hook !== "order-select") delete context.selections;
  const body = { hook: service.hook, hookInstance: crypto.randomUUID?.() ?? uuid(), fhirServer: FHIR, context };
  const url = `/cds-services/${service.id}`;
  const turn = (state.asked += 1);
  at("status").textContent = "Asking …";
  at("status").className = "status";
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

// crypto.randomUUID is there on secure origins only, and a demo on a plain address is none.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

at("ask").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
at("hook").addEventListener("change", async () => { await listOrders(); await ask(); });
at("order").addEventListener("change", ask);
at("filter").addEventListener("input", () => {
  const wanted = at("filter").value.trim().toLowerCase();
  let shown = 0;
  for (const line of at("patients").children) {
    line.hidden = !line.textContent.toLowerCase().includes(wanted);
    shown += !line.hidden;
  }
  at("patients-note").textContent = shown ? "" : "No patient matches.";
});

start().catch((error) => {
  at("patients-note").textContent = "";
  showFailure(`The patients could not be read: ${error.message}`);
});
