// Puts it together: the first window, the address, and what tests may ask.

function redraw() {
  drawMinimap();
  drawDiagram();
  drawOverlay();
  drawHistory();
  rememberAddress();
}

function selectionChanged() {
  cone = coneMode ? coneOf(view.selected, coneMode) : null;
}

function clearSelection() {
  view.selected = -1;
  setCone("");
  drawList();
}

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

byId("left-out").textContent = data.left_out;
byId("left-out").hidden = !data.left_out;
openPage(layOutLanes, buildBar, buildStory, buildToolbar, buildLegend, buildMore, buildLog, bindGraph);

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
