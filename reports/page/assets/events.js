// Events as marks on their node's line; when there are too many to see, how many there are.

const kDense = 20000;
const kBigMarks = 2500;

/** @param {CanvasRenderingContext2D} g */
function drawMarks(g, lo, hi) {
  const big = hi - lo < kBigMarks;
  const minor = new Path2D();
  const shapes = {};
  for (const [name, code] of Object.entries(mark)) shapes[code] = {name, path: new Path2D(), dim: new Path2D()};
  for (let row = lo; row < hi; ++row) {
    const what = markOf[col.kind[row]];
    const y = lineY[col.node[row]];
    if (what === mark.none || Number.isNaN(y) || what === mark.bad) continue;
    const x = xOf(col.time[row]);
    if (what === mark.minor) {
      if (big) minor.rect(x - 0.5, y - 3, 1, 6);
      continue;
    }
    const shape = shapes[what];
    addShape(cone !== null && !cone[row] ? shape.dim : shape.path, what, col.kind[row], x, y, big ? 1 : 0.6);
  }
  g.fillStyle = colour.faint;
  g.fill(minor);
  for (const code of [mark.disk, mark.state, mark.client, mark.fault, mark.node]) {
    g.fillStyle = markColour(code);
    g.globalAlpha = 0.12;
    g.fill(shapes[code].dim);
    g.globalAlpha = 1;
    g.fill(shapes[code].path);
  }
}

function markColour(code) {
  switch (code) {
    case mark.disk: return colour.messages[6];
    case mark.state: return colour.fg;
    case mark.client: return colour.messages[3];
    case mark.fault: return colour.fault;
    default: return colour.violation;
  }
}

/** Each category has its own shape, so that colour is not needed to tell them apart. */
function addShape(path, code, what, x, y, scale) {
  const r = 4 * scale;
  if (code === mark.disk) {
    path.rect(x - r * 0.6, y - r * 0.6, r * 1.2, r * 1.2);
  } else if (code === mark.client) {
    const tip = what === kind.invoke ? r : -r;  // a call goes out, an answer comes back
    path.moveTo(x + tip, y);
    path.lineTo(x - tip, y - r);
    path.lineTo(x - tip, y + r);
    path.closePath();
  } else if (code === mark.node && what === kind.crash) {
    addCross(path, x, y, r * 1.3);
  } else if (code === mark.node) {
    path.moveTo(x, y - r * 1.4);
    path.lineTo(x + r * 1.2, y + r);
    path.lineTo(x - r * 1.2, y + r);
    path.closePath();
  } else {
    path.moveTo(x, y - r);
    path.lineTo(x + r, y);
    path.lineTo(x, y + r);
    path.lineTo(x - r, y);
    path.closePath();
  }
}

/** A cross as an area, so that it can be filled with the other shapes. */
function addCross(path, x, y, r) {
  const w = r * 0.3;
  for (const turn of [1, -1]) {
    const corners = [[-r - w, -r + w], [-r + w, -r - w], [r + w, r - w], [r - w, r + w]];
    // Both bars go round the same way, so that where they cross is filled.
    if (turn < 0) corners.reverse();
    corners.forEach(([dx, dy], i) => {
      if (i === 0) path.moveTo(x + turn * dx, y + dy);
      else path.lineTo(x + turn * dx, y + dy);
    });
    path.closePath();
  }
}

/** How many messages and other events each node had, a bar every few pixels. */
function drawDensity(g, lo, hi) {
  const step = 3;
  const bins = Math.ceil(plotWidth() / step);
  const laneOf = new Int32Array(0x10000).fill(-1);
  lanes.forEach((lane, i) => lane.nodes.forEach((node) => { laneOf[node] = i; }));
  const messages = new Uint32Array(bins * lanes.length);
  const others = new Uint32Array(bins * lanes.length);
  const scale = bins / (view.t1 - view.t0);
  const {time, node, kind: kinds} = col;
  for (let row = lo; row < hi; ++row) {
    const lane = laneOf[node[row]];
    if (lane < 0) continue;
    const bin = lane * bins + Math.min(bins - 1, ((time[row] - view.t0) * scale) | 0);
    if (kinds[row] < 20) ++messages[bin];
    else ++others[bin];
  }
  let most = 1;
  for (let i = 0; i < messages.length; ++i) most = Math.max(most, messages[i] + others[i]);
  lanes.forEach((lane, i) => {
    const base = lineY[lane.nodes[0]];
    const room = lane.client ? 8 : 15;
    const low = new Path2D();
    const high = new Path2D();
    for (let bin = 0; bin < bins; ++bin) {
      const first = Math.sqrt(messages[i * bins + bin] / most) * room;
      const all = Math.sqrt((messages[i * bins + bin] + others[i * bins + bin]) / most) * room;
      if (all <= 0) continue;
      low.rect(kGutter + bin * step, base - first, step - 0.6, first);
      high.rect(kGutter + bin * step, base - all, step - 0.6, all - first);
    }
    g.fillStyle = colour.messages[0];
    g.globalAlpha = 0.75;
    g.fill(low);
    g.fillStyle = colour.messages[6];
    g.globalAlpha = 0.5;
    g.fill(high);
    g.globalAlpha = 1;
  });
}

/** @param {CanvasRenderingContext2D} g */
function drawViolations(g) {
  for (const row of violationRows) {
    const x = xOf(col.time[row]);
    if (x < kGutter - 6 || x > view.width - kRight + 6) continue;
    g.strokeStyle = colour.violation;
    g.lineWidth = 1.5;
    g.setLineDash([4, 3]);
    g.beginPath();
    g.moveTo(x, kAxis);
    g.lineTo(x, diagramHeight);
    g.stroke();
    g.setLineDash([]);
    g.fillStyle = colour.violation;
    const where = violationNode(row);
    drawOctagon(g, x, Number.isNaN(where) ? kAxis + 4 : where);
  }
}

function violationNode(row) {
  const named = data.violation ? data.nodes.indexOf(data.violation.node) : -1;
  return lineY[col.node[row]] || (named >= 0 ? lineY[named] : NaN);
}

function drawOctagon(g, x, y) {
  const r = 8;
  g.beginPath();
  for (let i = 0; i < 8; ++i) {
    const angle = (i + 0.5) * Math.PI / 4;
    g.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  g.closePath();
  g.fill();
  g.fillStyle = "#ffffff";
  g.font = `700 11px ${kFont}`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText("!", x, y + 0.5);
}
