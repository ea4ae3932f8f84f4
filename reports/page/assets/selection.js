// The row that is looked at, and the address that says so.

/** @param {number} row */
function select(row) {
  view.selected = row;
  selectionChanged();
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

let firstWindowShown = false;

// The address says what is shown, so that a link shows the same: #e=18231&t=5.1..5.4
let addressTimer = 0;
function rememberAddress() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => {
    const seconds = (time) => (time / kSecond).toFixed(9).replace(/0+$/, "").replace(/\.$/, "");
    const event = view.selected >= 0 ? `e=${numberOf(view.selected)}&` : "";
    history.replaceState(null, "", `#${event}t=${seconds(view.t0)}..${seconds(view.t1)}`);
  }, 150);
}

/** @returns {boolean} whether the address named a window or an event */
function followAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const span = /^(-?[\d.]+?)\.\.(-?[\d.]+)$/.exec(words.get("t") ?? "");
  if (span) setWindow(Number(span[1]) * kSecond, Number(span[2]) * kSecond);
  const row = rowOfNumber(Number(words.get("e") ?? 0));
  if (row >= 0) {
    if (!span && !firstWindowShown) zoomTo(row);
    select(row);
  }
  return Boolean(span) || row >= 0;
}

function measure() {
  view.width = byId("plots").clientWidth;
  changed();
}

/** Shows the page, and follows the theme, the width and the address from then on. @param {...function(): void} build */
function openPage(...build) {
  readTheme();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readTheme();
    for (const canvas of byId("legend").querySelectorAll("canvas")) canvas.redraw();
    changed();
  });
  for (const part of build) part();
  view.width = byId("plots").clientWidth;
  firstWindow();
  drawInspector();
  drawList();
  redraw();
  new ResizeObserver(measure).observe(byId("plots"));
  addEventListener("hashchange", followAddress);
}
