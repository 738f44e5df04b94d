// A card's `detail` as DOM. Only text nodes and elements made here: nothing in the text can become markup.

const INLINE = /\\([\\`*_{}[\]()#+\-.!|<>~])|\*\*(.+?)\*\*|(?<![\w*])[*_](\S(?:.*?\S)?)[*_](?!\w)|`([^`]+)`|\[([^\]]*)\]\((https?:\/\/[^\s)]+)\)/s;
const BULLET = /^(\s*)(?:[-*+]|\d+[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;
const TABLE_LINE = /^\s*\|.*\|\s*$/;
const TABLE_RULE = /^\s*\|[\s:|-]+\|\s*$/;

export function markdown(text) {
  const root = document.createElement("div");
  root.className = "detail";
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; ) {
    if (!lines[at].trim()) at += 1;
    else if (HEADING.test(lines[at])) root.append(block("h3", lines[at++].match(HEADING)[1]));
    else if (TABLE_LINE.test(lines[at])) at = table(root, lines, at);
    else if (BULLET.test(lines[at])) at = list(root, lines, at);
    else at = paragraph(root, lines, at);
  }
  return root;
}

function paragraph(root, lines, at) {
  const words = [];
  while (at < lines.length && lines[at].trim() && !BULLET.test(lines[at]) && !HEADING.test(lines[at])) {
    words.push(lines[at++].trim());
  }
  root.append(block("p", words.join(" ")));
  return at;
}

function list(root, lines, at) {
  const open = []; // [indent, list element], outermost first
  for (; at < lines.length && lines[at].trim(); at += 1) {
    const found = lines[at].match(BULLET);
    if (!found) {
      open.at(-1)[1].lastElementChild.append(" ", ...inline(lines[at].trim()));
      continue;
    }
    const indent = found[1].length;
    while (open.length > 1 && indent < open.at(-1)[0]) open.pop();
    if (!open.length || indent > open.at(-1)[0]) {
      const made = document.createElement(/^\s*\d/.test(lines[at]) ? "ol" : "ul");
      (open.length ? open.at(-1)[1].lastElementChild : root).append(made);
      open.push([indent, made]);
    }
    open.at(-1)[1].append(block("li", found[2]));
  }
  return at;
}

function table(root, lines, at) {
  const made = document.createElement("table");
  for (let row = 0; at < lines.length && TABLE_LINE.test(lines[at]); at += 1) {
    if (TABLE_RULE.test(lines[at])) continue;
    const cells = lines[at].trim().slice(1, -1).split(/(?<!\\)\|/);
    const line = made.insertRow();
    for (const cell of cells) line.append(block(row ? "td" : "th", cell.trim()));
    row += 1;
  }
  root.append(made);
  return at;
}

function block(name, text) {
  const made = document.createElement(name);
  made.append(...inline(text));
  return made;
}

function inline(text) {
  const nodes = [];
  for (let found; text && (found = text.match(INLINE)); text = text.slice(found.index + found[0].length)) {
    if (found.index) nodes.push(text.slice(0, found.index));
    const [, escaped, strong, emphasis, code, label, url] = found;
    if (escaped) nodes.push(escaped);
    else if (strong) nodes.push(block("strong", strong));
    else if (emphasis) nodes.push(block("em", emphasis));
    else if (code) nodes.push(Object.assign(document.createElement("code"), { textContent: code }));
    else nodes.push(Object.assign(document.createElement("a"), { textContent: label, href: url, rel: "noreferrer" }));
  }
  return text ? [...nodes, text] : nodes;
}
