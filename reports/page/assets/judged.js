// The sections around the operations: the verdict, what was found, what was judged.

function buildBar() {
  const verdict = data.verdict;
  const sign = kVerdictSigns[verdict] ?? "–";
  const bar = byId("bar");
  bar.append(el("span", {className: `verdict ${verdictClass(verdict)}`, textContent: `${sign} ${verdict.toUpperCase()}`}),
             el("h1", {textContent: data.name}), el("span", {className: "hint", textContent: data.judge}),
             el("span", {className: "grow"}));
  if (!data.command) return;
  const button = el("button", {textContent: "Copy", title: "Copy the command that judges this history"});
  button.onclick = () => copyText(data.command, button);
  bar.append(el("div", {className: "command"}, el("code", {textContent: data.command, title: data.command}), button));
}

/** An operation of a finding: a line that selects it. */
function itemLine(finding, item) {
  return el("li", {}, el("a", {
    href: `#e=${item.operation + 1}`,
    textContent: item.text,
    onclick: (event) => {
      event.preventDefault();
      if (shown !== finding) showFinding(finding);
      select(item.operation);
    },
  }), item.line ? el("div", {className: "t", textContent: `line ${item.line}`}) : null);
}

function findingBody(finding) {
  return [
    finding.key ? el("p", {className: "hint", textContent: `key ${finding.key}`}) : null,
    el("p", {className: "lead", textContent: finding.text}),
    el("ol", {className: "chain"}, ...finding.items.map((item) => itemLine(finding, item))),
    ...finding.notes.map((note) => el("p", {className: "hint", textContent: note})),
  ];
}

function buildStory() {
  const titles = {violated: "What went wrong", ok: "What was found", unknown: "What is known", "not judged": "Not judged"};
  const card = el("div", {className: "card"}, el("h2", {textContent: titles[data.verdict] ?? "What is known"}));
  if (data.verdict === "not judged") {
    card.append(el("p", {className: "lead", textContent: "What these operations should mean was not said: --model says it."}));
  } else if (data.verdict === "ok") {
    card.append(el("p", {className: "lead", textContent: `Nothing is wrong: ${data.judge}.`}));
  }
  if (data.reason) card.append(el("p", {className: "lead", textContent: data.reason}));
  for (const text of data.open) card.append(el("p", {className: "hint", textContent: text}));
  findings.forEach((finding, i) => {
    const body = findingBody(finding).filter((part) => part !== null);
    if (i === 0) return card.append(...body);
    const title = finding.name + (finding.key ? `, key ${finding.key}` : "");
    const more = el("details", {}, el("summary", {textContent: title}), ...body);
    more.addEventListener("toggle", () => { if (more.open) showFinding(finding); });
    card.append(more);
  });
  byId("story").append(card, judgementCard());
}

function judgementCard() {
  const card = el("div", {className: "card"}, el("h2", {textContent: "Judgement"}));
  const list = (names) => names.join(", ");
  const rows = [
    ["judged as", data.judge || "nothing"], ["verdict", data.verdict], ["by", data.algorithm],
    ["operations", opCount.toLocaleString("en")], ["rows", laneCount.toLocaleString("en")],
    [byOrder ? "events" : "time", byOrder ? endTime.toLocaleString("en") : durationText(endTime)],
    ["not", list(data.levels.not)], ["hence not", list(data.levels.also_not)],
    ["nothing speaks against", list(data.levels.not_violated)], ["proven to hold", list(data.levels.upheld)],
    ...data.figures,
  ].filter(([, text]) => text !== "");
  card.append(facts(rows));
  for (const hint of [...data.hints, ...data.notes]) card.append(el("p", {className: "note", textContent: hint}));
  return card;
}

/** @param {Finding} finding */
function showFinding(finding) {
  shown = finding;
  violationRows.splice(0, Infinity, ...finding.items.map((item) => item.operation).sort((a, b) => a - b));
  isWitness.fill(0);
  for (const op of violationRows) isWitness[op] = 1;
  buildCycle();
  zoomToOperations(violationRows);
  if (violationRows.length) revealLane(col.op_lane[violationRows[violationRows.length - 1]]);
  drawList();
  changed();
}

function buildToolbar() {
  const button = (text, title, onclick) => el("button", {textContent: text, title, onclick});
  const bar = byId("toolbar");
  bar.append(button("Whole history", "Show everything (f)", fitAll),
             button("−", "Zoom out (-)", () => zoomAt((view.t0 + view.t1) / 2, 1.6)),
             button("+", "Zoom in (+)", () => zoomAt(zoomCentre(), 1 / 1.6)));
  if (findings.length) bar.append(button("To the witness", "Show its operations (w)", goToWitness));
  bar.append(button("?", "Keys (?)", showHelp));
}

function buildLegend() {
  const legend = byId("legend");
  for (const [outcome, name] of [[kOk, "ok"], [kFail, "fail"], [kInfo, "info: open end"]]) {
    if (col.op_outcome.includes(outcome)) legend.append(el("span", {}, outcomeSample(outcome), name));
  }
}
