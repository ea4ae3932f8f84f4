// All rows as a list in words, of which only what is in sight exists: the text alternative to the plots. The page says
// how a row is listed (`listItem`) and what the words of a filter mean (`filterTest`).

const kRowHeight = 24;
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
                                              : `${rowCount.toLocaleString("en")} ${isHistory ? "operations" : "events"}`;
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

/** Shows the rows that pass the test of every word. */
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
  changed();
  if (view.selected >= 0) scrollToRow(view.selected);
  else drawList();
}

{
  let timer = 0;
  byId("filter").addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => applyFilter(event.target.value), 120);
  });
  byId("filter").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && listLength() > 0) select(listRow(0));
  });
}
