// Puts a history's page together: the axis and the bands of the nemesis, the first window, and what tests may ask.

const axisCanvas = /** @type {HTMLCanvasElement} */ (byId("diagram"));
const overlayCanvas = /** @type {HTMLCanvasElement} */ (byId("overlay"));
const axisHeight = kAxis + bandRows * kBandRow + 4;
let lastDrawMs = 0;

function drawDiagram() {
  const g = fitCanvas(axisCanvas, view.width, axisHeight);
  drawAxis(g, 0, axisHeight);
  for (const band of bands) drawBandLabel(g, band);
}

operationLayers.below = (g, height) => {
  drawAxis(g, -18, height);
  for (const band of bands) {
    const [x, width] = edgesOf(band);
    if (width > 0 && !band.mark) shadeBand(g, x, width, 0, height);
  }
};
operationLayers.isPale = (op) => filtered !== null && filtered[lowerBound(filtered, op)] !== op;
operationLayers.above = (g, height) => {
  drawCycleArrows(g);
  if (view.selected < 0) return;
  const y = laneMiddle(col.op_lane[view.selected]);
  const x0 = Math.max(kGutter, xOf(col.op_begin[view.selected]));
  const x1 = Math.min(view.width, xOf(opEnd(view.selected)));
  if (y < -kOpRow || y > height + kOpRow || x1 < kGutter) return;
  g.strokeStyle = colour.accent;
  g.lineWidth = 2.5;
  g.strokeRect(x0 - 2, y - kOpRow / 2 + 0.5, Math.max(6, x1 - x0 + 4), kOpRow - 2);
};

function drawOverlay() {
  const height = axisHeight + heightInSight();
  const g = fitCanvas(overlayCanvas, view.width, height);
  drawCursor(g, height);
}

function redraw() {
  const from = performance.now();
  drawMinimap();
  drawDiagram();
  drawHistory();
  drawOverlay();
  lastDrawMs = performance.now() - from;
  rememberAddress();
}

function selectionChanged() {
  revealLane(col.op_lane[view.selected]);
}

function clearSelection() {
  view.selected = -1;
  drawInspector();
  drawList();
  changed();
}

function firstWindow() {
  fitAll();
  if (findings.length) showFinding(findings[0]);
  followAddress();
  firstWindowShown = true;
}

makeOperationsNavigable((op) => op < 0 ? clearSelection() : select(op));
makeNavigable(axisCanvas, () => {}, (event) => {
  const band = event ? bandAt(event.offsetX, event.offsetY) : null;
  showTip(band ? bandTip(band) : "", event?.offsetX, event?.offsetY);
});

openPage(buildBar, buildStory, buildToolbar, buildLegend);

window.windtunnel = {
  ready: true,
  state: () => ({selected: view.selected < 0 ? null : numberOf(view.selected), from: view.t0, to: view.t1, filtered: listLength(),
                 witness: [...violationRows], finding: shown ? findings.indexOf(shown) : null}),
  select: selectNumber,
  show: setWindow,
  filter: applyFilter,
  describe: (number) => { const op = rowOfNumber(number); return op < 0 ? "" : `${processText(op)} ${opText(op)}`; },
  redraw: () => { redraw(); return lastDrawMs; },
  stats: () => ({operations: opCount, rows: laneCount, drawMs: lastDrawMs, decodeMs: decodedAt - startedAt,
                 readyMs: readyAt - startedAt}),
};
const readyAt = performance.now();
