// All that is known about the selected event, and the way that led to it.

function where(row) {
  const node = col.node[row] === 0xffff ? "the world" : nodeName(col.node[row]);
  return `${node} at ${timeText(col.time[row])}`;
}

function stepItem(row) {
  const step = col.time[view.selected] - col.time[row];
  const ago = step > 0 ? `${durationText(step)} before` : step < 0 ? `${durationText(-step)} later` : "at the same time";
  return el("li", {},
    eventLink(numberOf(row), `${nodeName(col.node[row])} ${sentenceOf(row)}`),
    el("div", {className: "t", textContent: `${ago}, event ${numberOf(row)}`}));
}

function fieldValue(field) {
  const number = field.type === "event" ? Number(field.word) : 0;
  return number && rowOfNumber(number) >= 0 ? eventLink(number, field.text) : field.text;
}

function fieldRows(row) {
  const words = wordsOf(row);
  const rows = [["kind", specOf(row).name]];
  for (const field of fieldsOf(row, words)) {
    const spare = field.text === "" || (field.type === "hex" && field.word === 0n);
    if (!spare) rows.push([field.name, fieldValue(field)]);
  }
  const shown = col.cause[row] ? numberOf(col.cause[row] - 1) : 0;
  if (words.cause && words.cause !== shown) rows.push(["cause", `event ${words.cause} (not in this page)`]);
  if (words.group) rows.push(["group", words.group.toString()]);
  if (words.life) rows.push(["life", words.life.toString()]);
  if (col.flags[row] & 1) rows.push(["copy", "a second copy of this message"]);
  return rows;
}

function drawInspector() {
  const panel = byId("inspector");
  const row = view.selected;
  if (row < 0) {
    panel.replaceChildren(el("div", {className: "sticky"},
      el("h2", {textContent: "Nothing selected"}),
      el("p", {className: "hint",
               textContent: "Click an event, a message or an operation. Wheel zooms, drag pans, ? lists the keys."})));
    return;
  }
  const bad = violationRows.includes(row);
  const box = el("div", {className: "sticky"},
    el("div", {className: "where num", textContent: `event ${numberOf(row)} · ${where(row)}`}),
    el("div", {className: "title", textContent: sentenceOf(row)}));
  if (bad && data.violation?.text) {
    box.append(el("div", {className: "content"}, ...linkedText(data.violation.text)));
  }
  const content = contentOf(row);
  if (content) box.append(el("div", {className: "content mono", textContent: content}));
  box.append(inspectorButtons(row), el("h3", {textContent: "Fields"}), facts(fieldRows(row)));
  const said = logOf(numberOf(row));
  if (said.length) box.append(el("h3", {textContent: "Log"}), el("ol", {className: "chain"}, ...said.map(logItem)));
  const chain = causeChain(row);
  if (chain.length) {
    box.append(el("h3", {textContent: "Caused by"}),
               el("ol", {className: "chain"}, ...chain.map(stepItem)));
  }
  const effects = effectsOf(row);
  if (effects.length) {
    box.append(el("h3", {textContent: "Led to"}),
               el("ol", {className: "chain"}, ...effects.map(stepItem)));
  }
  panel.replaceChildren(box);
}

function inspectorButtons(row) {
  const toggle = (mode, text, title) => el("button", {
    textContent: text, title, "aria-pressed": String(coneMode === mode),
    onclick: () => setCone(coneMode === mode ? "" : mode),
  });
  return el("div", {className: "buttons"},
    toggle("cause", "Causes and effects", "Highlight what directly led to it and followed from it (c)"),
    toggle("order", "Light cone", "Highlight all that could have influenced it, and that it could influence (c)"),
    el("button", {textContent: "‹ node", title: "Previous event of this node (p)", onclick: () => step(row, -1)}),
    el("button", {textContent: "node ›", title: "Next event of this node (n)", onclick: () => step(row, 1)}));
}

/** @param {""|"cause"|"order"} mode */
function setCone(mode) {
  coneMode = view.selected < 0 ? "" : mode;
  cone = coneMode ? coneOf(view.selected, coneMode) : null;
  drawInspector();
  changed();
}

/** Selects the next or previous event of the same node. */
function step(row, by) {
  for (let at = row + by; at >= 0 && at < rowCount; at += by) {
    if (col.node[at] === col.node[row]) return select(at);
  }
}
