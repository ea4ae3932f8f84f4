// Messages as arrows from where they were sent to where they arrived, or to the cross where they were lost.

const kArrowHeads = 3000;
const kArrowLabels = 300;

/** Calls `visit(row, origin)` for every row in view, or beyond it, that ends a message that is seen. */
function eachCrossing(lo, hi, visit) {
  for (let row = lo; row < hi; ++row) {
    if (col.origin[row] !== 0) visit(row, col.origin[row] - 1);
  }
  // Messages on their way at the right edge.
  for (let block = (hi / kBlock) | 0; block < earliestOrigin.length; ++block) {
    if (earliestOrigin[block] >= hi) continue;
    const end = Math.min(rowCount, (block + 1) * kBlock);
    for (let row = Math.max(hi, block * kBlock); row < end; ++row) {
      const origin = col.origin[row];
      if (origin !== 0 && origin - 1 < hi) visit(row, origin - 1);
    }
  }
}

/** Arrows in batches: one path a colour and style. */
class ArrowBatch {
  constructor(heads) {
    this.heads = heads;
    this.lines = new Map();
  }
  path(style) {
    let path = this.lines.get(style);
    if (!path) this.lines.set(style, path = {line: new Path2D(), head: new Path2D()});
    return path;
  }
  add(style, x0, y0, x1, y1) {
    const {line, head} = this.path(style);
    line.moveTo(x0, y0);
    line.lineTo(x1, y1);
    if (!this.heads) return;
    const length = Math.hypot(x1 - x0, y1 - y0) || 1;
    const ux = (x1 - x0) / length;
    const uy = (y1 - y0) / length;
    head.moveTo(x1, y1);
    head.lineTo(x1 - 7 * ux + 3 * uy, y1 - 7 * uy - 3 * ux);
    head.lineTo(x1 - 7 * ux - 3 * uy, y1 - 7 * uy + 3 * ux);
    head.closePath();
  }
  stroke(g, alpha) {
    for (const [style, {line, head}] of this.lines) {
      g.strokeStyle = g.fillStyle = colour.messages[style & 7];
      g.globalAlpha = alpha;
      g.lineWidth = 1;
      g.setLineDash(style & 8 ? [5, 3] : []);
      g.stroke(line);
      if (this.heads) g.fill(head);
    }
    g.setLineDash([]);
    g.globalAlpha = 1;
  }
}

/** Where a message that was lost ends: on its way, short of the receiver. */
function lostAt(row, origin) {
  const x0 = xOf(col.time[origin]);
  const y0 = lineY[col.node[origin]];
  const y1 = lineY[col.peer[origin]];
  const down = Number.isNaN(y1) ? 1 : Math.sign(y1 - y0) || 1;
  const far = Number.isNaN(y1) ? 24 : Math.min(Math.abs(y1 - y0) * 0.45, 40);
  return [Math.max(xOf(col.time[row]), x0 + 5), y0 + down * far];
}

/** @param {CanvasRenderingContext2D} g */
function drawArrows(g, lo, hi) {
  const count = hi - lo;
  const bright = new ArrowBatch(count < kArrowHeads);
  const dim = new ArrowBatch(false);
  const lost = [];
  const labels = [];
  eachCrossing(lo, hi, (row, origin) => {
    const what = col.kind[row];
    const arrives = what === kind.deliver || what === kind.streamReceive;
    if ((!arrives && what !== kind.drop) || hiddenType[col.type[origin]]) return;
    const x0 = xOf(col.time[origin]);
    const y0 = lineY[col.node[origin]];
    const y1 = arrives ? lineY[col.node[row]] : 0;
    if (Number.isNaN(y0) || Number.isNaN(y1)) return;
    const inside = cone === null || (cone[row] && cone[origin]);
    const style = typeColour[col.type[origin]] | (col.flags[row] & 1 ? 8 : 0);
    const [x2, y2] = arrives ? [xOf(col.time[row]), y1] : lostAt(row, origin);
    (inside ? bright : dim).add(style, x0, y0, x2, y2);
    if (!arrives) lost.push([x2, y2, inside]);
    if (inside && count < kArrowLabels) labels.push([row, origin, x0, y0, x2, y2]);
  });
  dim.stroke(g, 0.08);
  bright.stroke(g, count > 6000 ? 0.35 : count > 1500 ? 0.6 : 0.9);
  drawLost(g, lost);
  const taken = [];
  for (const label of labels) drawArrowLabel(g, label, taken);
}

function drawLost(g, lost) {
  g.strokeStyle = colour.violation;
  g.lineWidth = 1.6;
  g.beginPath();
  for (const [x, y, inside] of lost) {
    if (!inside) continue;
    g.moveTo(x - 3.5, y - 3.5);
    g.lineTo(x + 3.5, y + 3.5);
    g.moveTo(x + 3.5, y - 3.5);
    g.lineTo(x - 3.5, y + 3.5);
  }
  g.stroke();
}

/** The message's type along its arrow, where the arrow is long enough and no other label is in `taken`'s places. */
function drawArrowLabel(g, [row, origin, x0, y0, x1, y1], taken) {
  const left = Math.max(x0, kGutter);
  const right = Math.min(x1, view.width - kRight);
  const length = Math.hypot(x1 - x0, y1 - y0);
  const text = col.kind[row] === kind.streamReceive ? "stream" : data.messages[col.type[origin]] ?? "";
  if (length < 56 || right - left < 4 || !text) return;
  g.font = font.small;
  const shown = fitText(g, text, length - 26);
  if (!shown) return;
  const width = g.measureText(shown).width;
  const reach = width * 0.5 + 8;
  const at = [0.5, 0.35, 0.65].find((part) => {
    const [x, y] = [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
    const steep = Math.abs(y1 - y0) / length;
    return taken.every(([tx, ty, r, s]) => Math.abs(x - tx) > 15 + (reach + r) * (1 - Math.max(s, steep)) ||
                                           Math.abs(y - ty) > (reach + r) * Math.max(s, steep) * 0.9 + 6);
  });
  if (at === undefined) return;
  taken.push([x0 + (x1 - x0) * at, y0 + (y1 - y0) * at, reach, Math.abs(y1 - y0) / length]);
  g.save();
  g.translate(x0 + (x1 - x0) * at, y0 + (y1 - y0) * at);
  let angle = Math.atan2(y1 - y0, x1 - x0);
  if (angle > Math.PI / 2 || angle < -Math.PI / 2) angle += Math.PI;
  g.rotate(angle);
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillStyle = colour.card;
  g.globalAlpha = 0.88;
  g.fillRect(-width / 2 - 2, -7, width + 4, 13);
  g.globalAlpha = 1;
  g.fillStyle = colour.messages[typeColour[col.type[origin]]];
  g.fillText(shown, 0, 0);
  g.restore();
}
