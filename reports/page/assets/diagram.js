// The space-time diagram: everything on one canvas, cursor and selection on another above it.

const diagramCanvas = /** @type {HTMLCanvasElement} */ (byId("diagram"));
const overlayCanvas = /** @type {HTMLCanvasElement} */ (byId("overlay"));
let lastDrawMs = 0;
let lastVisible = 0;

function drawDiagram() {
  const from = performance.now();
  const g = fitCanvas(diagramCanvas, view.width, diagramHeight);
  drawAxis(g, 0, diagramHeight);
  const [lo, hi] = visibleRows();
  g.save();
  g.beginPath();
  g.rect(kGutter - 5, 0, view.width - kGutter - kRight + 10, diagramHeight);
  g.clip();
  drawBands(g);
  drawOutages(g);
  drawPhases(g);
  drawLaneLines(g);
  drawStates(g);
  if (hi - lo > kDense) {
    drawDensity(g, lo, hi);
  } else {
    drawArrows(g, lo, hi);
    drawMarks(g, lo, hi);
  }
  drawViolations(g);
  g.restore();
  lastVisible = hi - lo;
  lastDrawMs = performance.now() - from;
}

function drawPhases(g) {
  g.font = font.small;
  g.textAlign = "left";
  g.textBaseline = "middle";
  for (const [name, begin] of data.phases) {
    const x = xOf(begin);
    if (begin === 0 || x < kGutter || x > view.width - kRight) continue;
    g.strokeStyle = colour.pass;
    g.globalAlpha = 0.7;
    g.beginPath();
    g.moveTo(x, kAxis);
    g.lineTo(x, diagramHeight);
    g.stroke();
    g.globalAlpha = 1;
    g.fillStyle = colour.pass;
    g.fillText(name, x + 4, diagramHeight - 6);
  }
}

function drawOverlay() {
  const g = fitCanvas(overlayCanvas, view.width, diagramHeight);
  drawLaneNames(g);
  drawCursor(g, diagramHeight);
  if (view.selected >= 0) drawSelected(g, view.selected);
}

function drawSelected(g, row) {
  for (const at of causeChain(row, 200)) drawCauseStep(g, at, row);
  const x = xOf(col.time[row]);
  if (x < kGutter - 4 || x > view.width - kRight + 4) return;
  const y = Number.isNaN(lineY[col.node[row]]) ? kAxis + 4 : lineY[col.node[row]];
  g.strokeStyle = colour.accent;
  g.lineWidth = 2.5;
  g.beginPath();
  g.arc(x, y, 9, 0, 2 * Math.PI);
  g.stroke();
}

/** A ring at each step of the selected event's causes, with the message that carried it. */
function drawCauseStep(g, at) {
  const x = xOf(col.time[at]);
  const y = lineY[col.node[at]];
  if (x < kGutter || x > view.width || Number.isNaN(y)) return;
  g.strokeStyle = colour.past;
  g.lineWidth = 2;
  g.beginPath();
  g.arc(x, y, 5.5, 0, 2 * Math.PI);
  g.stroke();
  const origin = col.origin[at] - 1;
  if (origin < 0 || Number.isNaN(lineY[col.node[origin]])) return;
  g.beginPath();
  g.moveTo(xOf(col.time[origin]), lineY[col.node[origin]]);
  g.lineTo(x, y);
  g.stroke();
}

/** The row whose mark is nearest to a place; -1 when there is none within reach. */
function rowAt(x, y) {
  const lane = laneAt(y);
  const [lo, hi] = [timeAt(x - 9), timeAt(x + 9)];
  const from = lowerBound(col.time, lo);
  const to = Math.min(lowerBound(col.time, hi), from + 50000);
  let best = -1;
  let bestScore = 14;
  for (let row = from; row < to; ++row) {
    const node = col.node[row];
    const bad = col.kind[row] === kind.violation;
    if (!bad && (!lane || !lane.nodes.includes(node))) continue;
    const dy = Number.isNaN(lineY[node]) ? 0 : Math.abs(lineY[node] - y) * 0.3;
    const rank = markOf[col.kind[row]];
    // What is drawn larger is easier to hit.
    const score = Math.abs(xOf(col.time[row]) - x) + dy - (bad ? 8 : rank >= mark.state ? 3 : 0);
    if (score < bestScore) {
      bestScore = score;
      best = row;
    }
  }
  return best >= 0 ? best : arrowAt(x, y, lo, hi);
}

/** The message whose arrow passes by a place. */
function arrowAt(x, y) {
  const [lo, hi] = visibleRows();
  if (hi - lo > kDense) return -1;
  let best = -1;
  let bestDistance = 6;
  eachCrossing(lo, hi, (row, origin) => {
    if (col.kind[row] !== kind.deliver && col.kind[row] !== kind.streamReceive) return;
    const x0 = xOf(col.time[origin]);
    const y0 = lineY[col.node[origin]];
    const dx = xOf(col.time[row]) - x0;
    const dy = lineY[col.node[row]] - y0;
    const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
    if (!(along >= 0 && along <= 1)) return;
    const distance = Math.hypot(x0 + along * dx - x, y0 + along * dy - y);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = row;
    }
  });
  return best;
}

makeNavigable(diagramCanvas, (x, y) => {
  const row = rowAt(x, y);
  if (row >= 0) select(row);
  else clearSelection();
}, (event) => {
  const row = event && lastVisible <= kDense ? rowAt(event.offsetX, event.offsetY) : -1;
  const band = event && row < 0 ? bandAt(event.offsetX, event.offsetY) : null;
  if (row >= 0) {
    const content = contentOf(row);
    showTip(`${nodeName(col.node[row])} ${sentenceOf(row)}\n${timeText(col.time[row])}, event ${numberOf(row)}` +
            (content ? `\n${content}` : ""), event.offsetX, event.offsetY);
  } else {
    showTip(band ? bandTip(band) : "", event?.offsetX, event?.offsetY);
  }
});
