// All events as a list in words, of which only what is in sight exists: the text alternative to the diagram.

const kRowHeight = 24;
const kMaxScroll = 8e6;  // browsers do not make taller elements reliably
const eventList = byId("event-list");
/** Rows that pass the filter; null: all. @type {Uint32Array|null} */
let filtered = null;
let firstShown = 0;

function listLength() { return filtered ? filtered.length : rowCount; }
function listRow(index) { return filtered ? filtered[index] : index; }
function listIndex(row) { return filtered ? lowerBound(filtered, row) : row; }
function inSight() { return Math.ceil(eventList.clientHeight / kRowHeight); }
function scrollRange() { return Math.min(kMaxScroll, listLength() * kRowHeight); }

function scrollToRow(row) {
  const index = Math.max(0, Math.min(listLength() - inSight(), listIndex(row) - (inSight() >> 1)));
  firstShown = index;
  const range = scrollRange() - eventList.clientHeight;
  eventList.scrollTop = range <= 0 ? 0 : index / Math.max(1, listLength() - inSight()) * range;
  drawList();
}

function drawList() {
  byId("event-space").style.height = `${scrollRange()}px`;
  const rows = byId("event-rows");
  rows.style.top = `${eventList.scrollTop}px`;
  const items = [];
  for (let i = firstShown; i < Math.min(listLength(), firstShown + inSight()); ++i) items.push(listItem(listRow(i)));
  rows.replaceChildren(...items);
  byId("filter-count").textContent = filtered ? `${listLength().toLocaleString("en")} of ${rowCount.toLocaleString("en")}`
                                              : `${rowCount.toLocaleString("en")} events`;
}

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

eventList.addEventListener("scroll", () => {
  const range = scrollRange() - eventList.clientHeight;
  const last = Math.max(0, listLength() - inSight() + 1);
  const index = range <= 0 ? 0 : Math.round(eventList.scrollTop / range * last);
  // In a list that is longer than its scroll range, a pixel is many rows: stay where `scrollToRow` went.
  if (Math.abs(index - firstShown) > last / Math.max(1, range) + 1) firstShown = index;
  drawList();
});
eventList.addEventListener("keydown", (event) => {
  const by = {ArrowDown: 1, ArrowUp: -1, PageDown: inSight(), PageUp: -inSight()}[event.key];
  if (!by || listLength() === 0) return;
  event.preventDefault();
  event.stopPropagation();
  const at = view.selected < 0 ? firstShown : listIndex(view.selected) + by;
  select(listRow(Math.max(0, Math.min(listLength() - 1, at))));
});

/**
 * Words of a filter: `node=n1`, `kind=send`, `from=5.1`, `to=5.4` (seconds); any other word must be in the kind's
 * name, its category, the message's type or the node's name.
 */
function applyFilter(text) {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    filtered = null;
  } else {
    const tests = words.map(filterTest);
    const rows = [];
    for (let row = 0; row < rowCount; ++row) {
      if (tests.every((test) => test(row))) rows.push(row);
    }
    filtered = Uint32Array.from(rows);
  }
  firstShown = 0;
  eventList.scrollTop = 0;
  if (view.selected >= 0) scrollToRow(view.selected);
  else drawList();
}

/** @returns {(row: number) => boolean} */
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

{
  let timer = 0;
  byId("filter").addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => applyFilter(event.target.value), 120);
  });
}
