// Puts it together: the first window, the address, and what tests may ask.

function redraw() {
  drawMinimap();
  drawDiagram();
  drawOverlay();
  drawHistory();
  rememberAddress();
}

/** @param {number} row */
function select(row) {
  view.selected = row;
  cone = coneMode ? coneOf(row, coneMode) : null;
  reveal(col.time[row]);
  drawInspector();
  scrollToRow(row);
  changed();
}

/** Selects by record number. False when the page does not hold the record. */
function selectNumber(number) {
  const row = rowOfNumber(number);
  if (row >= 0) select(row);
  return row >= 0;
}

function clearSelection() {
  view.selected = -1;
  setCone("");
  drawList();
}

// The address says what is shown, so that a link shows the same: #e=18231&t=5.1..5.4
let addressTimer = 0;
function rememberAddress() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => {
    const seconds = (time) => (time / 1e9).toFixed(9).replace(/0+$/, "").replace(/\.$/, "");
    const event = view.selected >= 0 ? `e=${numberOf(view.selected)}&` : "";
    history.replaceState(null, "", `#${event}t=${seconds(view.t0)}..${seconds(view.t1)}`);
  }, 150);
}

/** @returns {boolean} whether the address named a window or an event */
function followAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const span = /^(-?[\d.]+?)\.\.(-?[\d.]+)$/.exec(words.get("t") ?? "");
  if (span) setWindow(Number(span[1]) * 1e9, Number(span[2]) * 1e9);
  const row = rowOfNumber(Number(words.get("e") ?? 0));
  if (row >= 0) {
    if (!span && !firstWindowShown) zoomTo(row);
    select(row);
  }
  return Boolean(span) || row >= 0;
}

let firstWindowShown = false;
function firstWindow() {
  if (!followAddress()) {
    const row = violationRows[0];
    if (row === undefined) fitAll();
    else {
      zoomTo(row);
      select(row);
    }
  }
  firstWindowShown = true;
}

function measure() {
  view.width = byId("plots").clientWidth;
  changed();
}

readTheme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  readTheme();
  for (const canvas of byId("legend").querySelectorAll("canvas")) canvas.redraw();
  changed();
});
layOutLanes();
buildBar();
buildStory();
buildToolbar();
buildLegend();
buildMore();
buildLog();
bindGraph();
byId("left-out").textContent = data.left_out;
byId("left-out").hidden = !data.left_out;
view.width = byId("plots").clientWidth;
firstWindow();
drawInspector();
drawList();
redraw();
new ResizeObserver(measure).observe(byId("plots"));
addEventListener("hashchange", followAddress);

window.windtunnel = {
  ready: true,
  state: () => ({selected: view.selected < 0 ? null : numberOf(view.selected), from: view.t0, to: view.t1,
                 cone: coneMode, coneSize: cone ? cone.reduce((sum, mark) => sum + (mark ? 1 : 0), 0) : 0,
                 filtered: listLength()}),
  select: selectNumber,
  show: setWindow,
  setCone,
  filter: applyFilter,
  describe: (number) => { const row = rowOfNumber(number); return row < 0 ? "" : sentenceOf(row); },
  redraw: () => { redraw(); return lastDrawMs; },
  stats: () => ({events: rowCount, visible: lastVisible, drawMs: lastDrawMs, decodeMs: decodedAt - startedAt,
                 readyMs: readyAt - startedAt, operations: opCount, lanes: lanes.length}),
};
const readyAt = performance.now();
