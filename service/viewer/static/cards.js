// Cards as DOM, and the feedback that a clinician gives on them.

import { markdown } from "./markdown.js";

const EXTENSION = "org.example.baclofen-cds";
const at = (id) => document.getElementById(id);

export function showAnswer(answer, { service, milliseconds }) {
  const silent = answer.extension?.[EXTENSION]?.mode === "silent";
  const count = answer.cards.length;
  at("status").className = "status";
  at("status").textContent = `${count === 1 ? "1 card" : `${count} cards`} in ${milliseconds} ms`;
  at("cards").replaceChildren(...answer.cards.map((card) => cardOf(card, service)));
  if (!count) {
    const told = silent ? "This site is SILENT: it decides and records, and shows no card." : "Nothing found: what the rules need was read, and no rule has anything to say.";
    at("cards").append(make("p", { className: "nothing", textContent: told }));
  }
}

export function showFailure(text) {
  at("cards").replaceChildren();
  at("status").className = "status bad";
  at("status").textContent = text;
}

function make(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter(Boolean));
  return made;
}

function cardOf(card, service) {
  const more = card.extension?.[EXTENSION] ?? {};
  const topic = card.source?.topic ?? {};
  const heading = make("h2", { textContent: card.summary, id: `card-${card.uuid}` });
  const made = make("article", { className: "card" },
    make("header", {},
      make("p", { className: "label" },
        make("span", { className: "indicator", textContent: card.indicator }),
        make("span", { textContent: topic.display ?? topic.code ?? "" })),
      heading),
    make("div", { className: "body" },
      card.detail && markdown(card.detail),
      section("What counted in this chart", more.evidence && evidence(more.evidence)),
      section("Not available", more.notAvailable && make("p", { className: "missing", textContent: more.notAvailable.join(", ") })),
      section("Suggestions", card.suggestions && suggestions(card, service)),
      section("To hand out", card.links && links(card.links)),
      section("Not now", card.overrideReasons && override(card, service))),
    make("footer", {}, source(card.source), rules(more.rules), more.knowledgeVersion && make("span", { textContent: `Knowledge ${more.knowledgeVersion}` })));
  made.dataset.cardKind = topic.code ?? "";
  made.dataset.indicator = card.indicator;
  made.setAttribute("aria-labelledby", heading.id);
  return made;
}

const section = (title, content) => content && make("section", {}, make("h3", { textContent: title }), content);

function evidence(items) {
  return make("ul", { className: "evidence" }, ...items.map((item) => make("li", {},
    make("span", { textContent: item.text ?? "" }),
    item.time && timeOf(item.time),
    make("span", { className: "from", textContent: item.reference ?? "" }))));
}

function timeOf(text) {
  const made = make("time", { textContent: text.replace(/T(\d\d:\d\d)(:\d\d(\.\d+)?)?/, " $1") });
  if (!text.includes("/")) made.dateTime = text;
  return made;
}

const safeUrl = (url) => (/^https?:\/\//.test(url ?? "") ? url : null);

function source(from = {}) {
  const url = safeUrl(from.url);
  return url ? make("a", { href: url, textContent: from.label }) : make("span", { textContent: from.label ?? "" });
}

function links(given) {
  return make("ul", {}, ...given.filter((link) => safeUrl(link.url)).map((link) => make("li", {}, make("a", { href: link.url, textContent: link.label }))));
}

const rules = (ids = []) => ids.length && make("span", { textContent: `Rules ${ids.join(", ")}` });

function suggestions(card, service) {
  return make("div", { className: "actions" }, ...card.suggestions.map((suggestion) => {
    const label = suggestion.isRecommended ? `${suggestion.label} (recommended)` : suggestion.label;
    const button = make("button", { type: "button", textContent: label });
    button.addEventListener("click", () => send(button, service, {
      card: card.uuid, outcome: "accepted", acceptedSuggestions: [{ id: suggestion.uuid }],
    }));
    return button;
  }));
}

function override(card, service) {
  const choice = make("select", { ariaLabel: `Reason to override: ${card.summary}` }, new Option("Choose a reason", ""),
    ...card.overrideReasons.map((reason, index) => new Option(reason.display, index)));
  const button = make("button", { type: "button", textContent: "Override" });
  button.addEventListener("click", () => {
    const reason = card.overrideReasons[choice.value];
    if (choice.value === "" || !reason) return choice.focus();
    return send(button, service, {
      card: card.uuid, outcome: "overridden", overrideReason: { reason: { code: reason.code, system: reason.system } },
    });
  });
  return make("div", { className: "override" }, choice, button);
}

async function send(button, service, outcome) {
  const feedback = [{ ...outcome, outcomeTimestamp: new Date().toISOString() }];
  const before = button.textContent;
  button.disabled = true;
  let told = "not recorded";
  try {
    const answer = await fetch(`${service}/feedback`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ feedback }),
    });
    if (answer.ok) told = "recorded";
  } catch { /* told as it is */ }
  button.textContent = `${before}: ${told}`;
  at("status").textContent = `Feedback ${told}.`;
  button.disabled = told === "recorded";
}
