// All that is known about the selected operation.

function drawInspector() {
  const panel = byId("inspector");
  const op = view.selected;
  if (op < 0) {
    panel.replaceChildren(el("div", {className: "sticky"},
      el("h2", {textContent: "Nothing selected"}),
      el("p", {className: "hint", textContent: "Click an operation. Wheel zooms, drag moves, ? lists the keys."})));
    return;
  }
  const box = el("div", {className: "sticky"},
    el("div", {className: "where num", textContent: `${labelOf(op)} · ${processText(op)}`}),
    el("div", {className: "title", textContent: callText(op)}));
  const answer = textOf(col.op_answer[op]);
  if (answer) box.append(el("div", {className: "content mono", textContent: answer}));
  const took = hasEnded(op) ? durationText(opEnd(op) - col.op_begin[op]) : "";
  box.append(
    el("div", {className: "buttons"},
      el("button", {textContent: "‹ process", title: "Previous operation of this process (p)", onclick: () => step(op, -1)}),
      el("button", {textContent: "process ›", title: "Next operation of this process (n)", onclick: () => step(op, 1)}),
      el("button", {textContent: "Zoom", title: "Zoom to it (z)", onclick: () => zoomToOperations([op])})),
    el("h3", {textContent: "Fields"}),
    facts([["outcome", kOutcomeNames[col.op_outcome[op]]], ["f", textOf(col.op_f[op])], ["key", textOf(col.op_key[op])],
           ["value", textOf(col.op_argument[op])], ["begins", timeText(col.op_begin[op])],
           ["ends", hasEnded(op) ? timeText(opEnd(op)) : "never"], ["took", took],
           ["line", col.op_line[op] ? String(col.op_line[op]) : ""]].filter(([, text]) => text !== "")));
  const edges = shown?.edges.filter((edge) => edge.from === op || edge.to === op) ?? [];
  if (edges.length) {
    box.append(el("h3", {textContent: "In the cycle"}),
               el("ol", {className: "chain"}, ...edges.map((edge) => el("li", {}, edgeLink(edge)))));
  }
  panel.replaceChildren(box);
}

/** Selects the next or previous operation of the same process. */
function step(op, by) {
  for (let at = op + by; at >= 0 && at < opCount; at += by) {
    if (isOfProcess(at, op)) return select(at);
  }
}

/** A window in which the operations are seen together. */
function zoomToOperations(ops) {
  if (ops.length === 0) return;
  const begin = Math.min(...ops.map((op) => col.op_begin[op]));
  const end = Math.max(...ops.map((op) => hasEnded(op) ? opEnd(op) : col.op_begin[op]));
  const margin = Math.max((end - begin) * 0.2, kNarrowest);
  setWindow(begin - margin, end + margin);
}
