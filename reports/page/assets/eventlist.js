// The events of a run as a list.

function listItem(row) {
  const bad = violationRows.includes(row);
  const minor = markOf[col.kind[row]] <= mark.disk && categoryOf[col.kind[row]] !== "message";
  return el("div", {
    className: `event-row${bad ? " bad" : minor ? " minor" : ""}`, role: "option",
    "aria-selected": String(row === view.selected), onclick: () => select(row),
  },
  el("span", {textContent: String(numberOf(row))}),
  el("span", {textContent: timeText(col.time[row])}),
  el("span", {textContent: col.node[row] === 0xffff ? "" : nodeName(col.node[row])}),
  el("span", {textContent: sentenceOf(row)}),
  el("span", {textContent: col.cause[row] ? `← ${numberOf(col.cause[row] - 1)}` : ""}));
}

/**
 * Words of a filter: `node=n1`, `kind=send`, `from=5.1`, `to=5.4` (seconds); any other word must be in the kind's
 * name, its category, the message's type or the node's name.
 * @returns {(row: number) => boolean}
 */
function filterTest(word) {
  const [, name, value] = /^(node|kind|from|to)=(.*)$/.exec(word) ?? [];
  if (name === "from") return (row) => col.time[row] >= Number(value) * 1e9;
  if (name === "to") return (row) => col.time[row] <= Number(value) * 1e9;
  if (name === "node") return (row) => nodeName(col.node[row]).toLowerCase() === value;
  const want = value ?? word;
  const kinds = new Uint8Array(65536);
  for (const spec of data.kinds) {
    const hit = name ? spec.name === want || spec.category === want
                     : `${spec.name} ${spec.category} ${spec.sentence}`.toLowerCase().includes(want);
    if (hit) kinds[spec.kind] = 1;
  }
  if (name) return (row) => kinds[col.kind[row]] === 1;
  const types = new Uint8Array(256);
  for (const [byte, text] of Object.entries(data.messages)) if (text.toLowerCase().includes(want)) types[byte] = 1;
  const nodes = data.nodes.map((node) => node.toLowerCase().includes(want));
  return (row) => kinds[col.kind[row]] === 1 || nodes[col.node[row]] === true ||
                  (categoryOf[col.kind[row]] === "message" && types[col.type[row]] === 1);
}
