// The sections around the plots: verdict, story, properties, faults, scenario, environment.

function buildBar() {
  const verdict = data.verdict || "unknown";
  const bar = byId("bar");
  bar.append(
    el("span", {className: `verdict ${verdictClass(verdict)}`,
                textContent: `${kVerdictSigns[verdict] ?? "?"} ${verdict.toUpperCase()}`}),
    el("h1", {textContent: data.scenario || "Run"}));
  if (data.seed) bar.append(el("span", {className: "hint num", textContent: `seed ${data.seed}`}));
  bar.append(el("span", {className: "grow"}));
  if (!data.replay) return;
  const button = el("button", {textContent: "Copy", title: "Copy the command that replays this run"});
  button.onclick = () => copyText(data.replay, button);
  bar.append(el("div", {className: "command"}, el("code", {textContent: data.replay, title: data.replay}), button));
}

/** Whether the run shows a violation that its scenario asked for. */
function expectedViolation() {
  const row = data.properties.find((property) => property.check === data.violation?.check);
  return row?.verdict === "violated" && row.expected !== "holds";
}

function buildStory() {
  const card = el("div", {className: "card"});
  const violated = data.properties.filter((row) => row.verdict === "violated");
  const violation = data.violation;
  if (violation) {
    card.append(el("h2", {textContent: expectedViolation() ? "What broke, as expected" : "What went wrong"}),
                el("p", {className: "lead"}, ...linkedText(violation.text || `${violation.check} was violated.`)));
    const rows = [["property", violation.check]];
    if (violation.time) rows.push(["when", timeText(violation.time)]);
    if (violation.event) rows.push(["event", eventLink(violation.event, `#${violation.event}`)]);
    if (violation.node) rows.push(["node", violation.node]);
    const related = violation.related.filter((number) => rowOfNumber(number) >= 0);
    if (related.length) {
      const list = el("ol", {className: "chain"}, ...related.slice(0, 12).map((number) => {
        const row = rowOfNumber(number);
        return el("li", {}, eventLink(number, `#${number}`), ` ${timeText(col.time[row])} ${nodeName(col.node[row])} ${sentenceOf(row)}`);
      }));
      rows.push(["the story", list]);
    }
    card.append(facts(rows));
  } else if (violated.length) {
    const row = violated[0];
    const expected = row.expected !== "holds";
    card.append(el("h2", {textContent: expected ? "What broke, as expected" : "What went wrong"}),
                el("p", {className: "lead"}, ...linkedText(row.witness || `${row.check} was violated.`)));
  } else if (data.verdict === "pass") {
    card.append(el("h2", {textContent: "What happened"}),
                el("p", {className: "lead", textContent: "Every property held."}));
  } else {
    card.append(el("h2", {textContent: "What is known"}),
                el("p", {className: "lead", textContent: data.verdict === "fail"
                  ? "The run failed without a property that was violated." : "The run came to no verdict."}));
  }
  for (const reason of data.reasons) card.append(el("p", {className: "hint"}, ...linkedText(reason)));
  for (const note of data.notes) card.append(el("p", {className: "note", textContent: note}));
  if (!violation) {
    const stats = data.stats.slice(0, 8).map(([name, text]) => [name.replaceAll("_", " "), text]);
    if (stats.length) card.append(facts(stats));
  }
  byId("story").append(card, propertiesCard());
}

function propertiesCard() {
  const rank = (row) => row.verdict === "violated" && row.expected === "holds" ? 0 : row.verdict === "violated" ? 1
    : row.verdict === "unknown" ? 2 : 3;
  const rows = [...data.properties].sort((a, b) => rank(a) - rank(b));
  const card = el("div", {className: "card"}, el("h2", {textContent: "Properties"}));
  if (rows.length === 0) {
    card.append(el("p", {className: "note", textContent: "None are known for this run."}));
    return card;
  }
  const table = el("table", {}, el("thead", {}, el("tr", {},
    el("th", {textContent: "property"}), el("th", {textContent: "expected"}), el("th", {textContent: "result"}))));
  const body = el("tbody");
  // A long list of what held hides the rest.
  const held = rows.filter((row) => rank(row) === 3);
  const folded = held.length > 8 ? held : [];
  for (const row of rows.filter((candidate) => !folded.includes(candidate))) {
    // "violated in_any": in one of several seeds, so that holding in this one is no surprise.
    const surprise = row.expected === "holds" ? row.verdict !== "holds"
      : row.expected === "violated" && row.verdict !== "violated";
    const kindOf = row.verdict === "unknown" ? "unknown" : surprise ? "fail" : row.verdict === "violated" ? "unknown" : "pass";
    const name = el("td", {}, el("span", {textContent: row.check + (row.workload ? ` (${row.workload})` : "")}));
    const told = row.witness && row.verdict !== "holds" && row.witness !== data.violation?.text;
    if (told) name.append(el("div", {className: "witness"}, ...linkedText(row.witness)));
    body.append(el("tr", {}, name, el("td", {textContent: row.expected}),
      el("td", {}, el("span", {className: `tag ${kindOf}`, textContent: row.verdict}))));
  }
  table.append(body);
  if (body.childElementCount) card.append(table);
  if (folded.length) {
    card.append(el("details", {open: body.childElementCount === 0},
      el("summary", {textContent: `${folded.length} properties hold`}),
      el("ul", {className: "held"}, ...folded.map((row) => el("li", {textContent: row.check})))));
  }
  return card;
}

function faultsTable() {
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...["fault", "from", "to", "nodes", "bites"].map(
    (name) => el("th", {textContent: name})))));
  const body = el("tbody");
  for (const row of data.faults) {
    body.append(el("tr", {},
      el("td", {textContent: row.label || row.id}),
      el("td", {className: "num", textContent: row.begin === null ? "never" : timeText(row.begin)}),
      el("td", {className: "num", textContent: row.begin === null ? "" : row.end === null ? "the end" : timeText(row.end)}),
      el("td", {textContent: row.victims.join(", ")}),
      el("td", {className: "num", textContent: String(row.bites)})));
  }
  table.append(body);
  return table;
}

function buildMore() {
  const left = el("div", {className: "card", id: "scenario"}, el("h2", {textContent: "Scenario"}));
  if (data.yaml) left.append(el("pre", {className: "code", textContent: data.yaml}));
  else left.append(el("p", {className: "note", textContent: "The scenario as it ran is not known."}));
  const right = el("div", {className: "card", id: "environment"});
  if (data.faults.length) right.append(el("h2", {textContent: "Faults"}), faultsTable());
  right.append(el("h2", {textContent: "Run"}), facts([
    ["trace hash", el("code", {textContent: data.hash})], ["events", Number(data.events).toLocaleString("en")],
    ["simulated time", durationText(data.duration)],
    ...data.stats.map(([name, text]) => [name.replaceAll("_", " "), text]),
    ...data.build.map(([name, text]) => [`build: ${name}`, text])]));
  for (const title of right.querySelectorAll("h2 + *")) title.style.marginTop = "8px";
  for (const title of [...right.querySelectorAll("h2")].slice(1)) title.style.marginTop = "20px";
  byId("more").append(left, right);
}

function buildToolbar() {
  const button = (text, title, onclick) => el("button", {textContent: text, title, onclick});
  const bar = byId("toolbar");
  bar.append(button("Whole run", "Show everything (f)", fitAll),
             button("−", "Zoom out (-)", () => zoomAt((view.t0 + view.t1) / 2, 1.6)),
             button("+", "Zoom in (+)", () => zoomAt(zoomCentre(), 1 / 1.6)));
  if (violationRows.length) {
    bar.append(button("To the violation", "Show where it broke ( ] )", () => goToViolation(1)));
  }
  if (isClient.some((value) => value)) {
    const toggle = button("Clients", "Show the clients' nodes", () => {
      showClients = !showClients;
      toggle.setAttribute("aria-pressed", String(showClients));
      layOutLanes();
      changed();
    });
    toggle.setAttribute("aria-pressed", "true");
    bar.append(toggle);
  }
  bar.append(button("?", "Keys (?)", showHelp));
}

function shapeSample(code, what) {
  return sample((g) => {
    const path = new Path2D();
    addShape(path, code, what, 14, 7, 1.1);
    g.fillStyle = markColour(code);
    g.fill(path);
  });
}

function roleSample(shade) {
  return sample((g) => {
    g.fillStyle = colour.roles[shade];
    g.fillRect(0, 1, 28, 12);
    if (shade !== 1 && shade !== 2) return;
    g.globalAlpha = 0.35;
    g.fillStyle = colour.downHatch;
    g.fillRect(0, 1, 28, 12);
    g.globalAlpha = 1;
  });
}

function arrowSample(rank, dashed) {
  return sample((g) => {
    const batch = new ArrowBatch(true);
    batch.add(rank | (dashed ? 8 : 0), 1, 7, 26, 7);
    batch.stroke(g, 1);
  });
}

function buildLegend() {
  const legend = byId("legend");
  const entry = (picture, text) => el("span", {}, picture, text);
  messageTypes.slice(0, 12).forEach((type) => {
    const toggle = el("button", {"aria-pressed": "true", title: "Show or hide these messages"},
      arrowSample(typeColour[type], false), data.messages[String(type)]);
    toggle.onclick = () => {
      hiddenType[type] ^= 1;
      toggle.setAttribute("aria-pressed", String(!hiddenType[type]));
      changed();
    };
    legend.append(toggle);
  });
  if (occurs[kind.drop]) legend.append(entry(sample((g) => drawLost(g, [[14, 7, true]])), "lost"));
  if (occurs[kind.duplicate]) legend.append(entry(arrowSample(0, true), "second copy"));
  const roles = new Map();  // names to shades
  for (const member of members) {
    for (const role of member.strips[0].values) {
      if (member.service.roles[role]) roles.set(roleName(member.service, role), member.service.roles[role].shade);
    }
  }
  for (const [name, shade] of roles) legend.append(entry(roleSample(shade), name));
  for (const name of new Set(members.flatMap((member) => member.lines.map((strip) => strip.name)))) {
    legend.append(entry(sample((g) => {
      g.strokeStyle = colour.accent;
      g.beginPath();
      g.moveTo(1, 12); g.lineTo(10, 12); g.lineTo(10, 7); g.lineTo(19, 7); g.lineTo(19, 2); g.lineTo(27, 2);
      g.stroke();
    }), name));
  }
  if (members.length) legend.append(entry(shapeSample(mark.state, 0), "state"));
  if (occurs[30]) legend.append(entry(shapeSample(mark.disk, 30), "disk"));
  if (occurs[kind.invoke]) {
    legend.append(entry(shapeSample(mark.client, kind.invoke), "call"), entry(shapeSample(mark.client, kind.complete), "answer"));
  }
  if (occurs[kind.crash]) legend.append(entry(shapeSample(mark.node, kind.crash), "crash"), entry(shapeSample(mark.node, kind.start), "start"));
  if (bands.length) legend.append(entry(sample((g) => {
    g.fillStyle = colour.fault;
    g.globalAlpha = 0.25;
    g.fillRect(0, 1, 28, 12);
    g.globalAlpha = 1;
    g.fillStyle = colour.faultHatch;
    g.fillRect(0, 1, 28, 12);
  }), "fault"));
  if (opCount) {
    for (const [outcome, name] of [[kOk, "ok"], [kFail, "fail"], [kInfo, "info"]]) {
      if (col.op_outcome.includes(outcome)) legend.append(entry(outcomeSample(outcome), name));
    }
  }
}

/** The happens-before picture: its nodes select their event. */
function bindGraph() {
  const section = byId("excerpt");
  section.hidden = section.querySelector("svg, pre") === null;
  for (const node of section.querySelectorAll("svg g.node")) {
    const number = Number(/^e(\d+)$/.exec(node.querySelector("title")?.textContent ?? "")?.[1] ?? 0);
    if (number) node.addEventListener("click", () => selectNumber(number));
  }
}
