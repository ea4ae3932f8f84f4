// What was wrong while: a band each, with its label in one of a few lines below the axis.

const kAxis = 20;
const kBandRow = 18;

/** Bands with the row in which their label is drawn. */
const bands = data.bands.length ? data.bands : (data.faults ?? []).filter((fault) => fault.begin !== null).map((fault) => ({
  id: fault.id, label: fault.label || fault.id, event: 0, begin: fault.begin, end: fault.end ?? -1,
  victims: fault.victims.map((name) => data.nodes.indexOf(name)).filter((node) => node >= 0),
}));
let bandRows = 0;
{
  const busyUntil = [];
  for (const band of bands) {
    band.until = band.end < 0 ? endTime : band.end;
    let row = busyUntil.findIndex((time) => time <= band.begin);
    if (row < 0) row = busyUntil.length < 5 ? busyUntil.push(0) - 1 : 4;
    // A short band's label hangs over its end.
    busyUntil[row] = Math.max(band.until, band.begin + endTime * 0.06);
    band.row = row;
  }
  bandRows = busyUntil.length;
}

/** Where a band begins in the plot, and how wide it is there: 0 out of sight. */
function edgesOf(band) {
  const right = view.width - kRight;
  const x0 = Math.max(xOf(band.begin), kGutter);
  const x1 = Math.min(xOf(band.until), right);
  return x1 < kGutter || x0 > right ? [x0, 0] : [x0, Math.max(x1 - x0, 2)];
}

/** @param {CanvasRenderingContext2D} g */
function shadeBand(g, x, width, y, height) {
  g.globalAlpha = 0.1;
  g.fillStyle = colour.fault;
  g.fillRect(x, y, width, height);
  g.globalAlpha = 0.45;
  g.fillStyle = colour.faultHatch;
  g.fillRect(x, y, width, height);
  g.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} g */
function drawBandLabel(g, band) {
  const right = view.width - kRight;
  const [x0, width] = edgesOf(band);
  if (width === 0) return;
  g.font = font.small;
  g.textBaseline = "middle";
  const y = kAxis + band.row * kBandRow + 2;
  g.fillStyle = colour.fault;
  g.globalAlpha = 0.3;
  g.fillRect(x0, y, width, kBandRow - 4);
  g.globalAlpha = 1;
  g.fillRect(x0, y, 2, kBandRow - 4);
  if (band.end >= 0 && xOf(band.until) <= right) g.fillRect(x0 + width - 2, y, 2, kBandRow - 4);
  g.textAlign = "left";
  const room = Math.max(width, Math.min(right - x0, bandRoom(band))) - 10;
  g.fillStyle = colour.fg;
  g.fillText(fitText(g, bandText(band), room), x0 + 6, y + kBandRow / 2 - 2);
}

function bandText(band) {
  return band.label === band.id || !band.id ? band.label : `${band.label} (${band.id})`;
}

/** How far a label may reach beyond a short band: to the next band in its row. */
function bandRoom(band) {
  let next = Infinity;
  for (const other of bands) {
    if (other !== band && other.row === band.row && other.begin >= band.until) next = Math.min(next, other.begin);
  }
  return (Math.min(next, view.t1) - Math.max(band.begin, view.t0)) / (view.t1 - view.t0) * plotWidth();
}

function bandAt(x, y) {
  const row = Math.floor((y - kAxis) / kBandRow);
  const time = timeAt(x);
  return bands.find((band) => band.row === row && time >= band.begin && time <= band.until) ?? null;
}

function bandTip(band) {
  const end = band.end < 0 ? "to the end" : `to ${timeText(band.end)}`;
  const what = band.victims ? `on ${band.victims.map(nodeName).join(", ") || "no node"}` : band.detail;
  return `${bandText(band)}\n${timeText(band.begin)} ${end}\n${what}`;
}

/** Where the mouse is, and when that is. @param {CanvasRenderingContext2D} g */
function drawCursor(g, height) {
  if (Number.isNaN(view.cursor)) return;
  const x = xOf(view.cursor);
  g.strokeStyle = colour.faint;
  g.beginPath();
  g.moveTo(x, kAxis - 4);
  g.lineTo(x, height);
  g.stroke();
  g.font = font.small;
  g.textAlign = "center";
  g.textBaseline = "middle";
  const text = timeText(Math.max(0, view.cursor));
  const width = g.measureText(text).width + 10;
  const left = Math.min(Math.max(x - width / 2, kGutter), view.width - width);
  g.fillStyle = colour.fg;
  g.fillRect(left, 0, width, 16);
  g.fillStyle = colour.card;
  g.fillText(text, left + width / 2, 8.5);
}
