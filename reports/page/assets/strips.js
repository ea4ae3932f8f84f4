// What lasts: faults, outages, and below each server's line its role, term and commit index.

const kStripTop = 13;     // below the line
const kStripHeight = 13;
const kCommitTop = 31;
const kCommitHeight = 16;
const kStatesDense = 3000;  // changes in view, beyond which one a pixel is drawn

/** @param {CanvasRenderingContext2D} g */
function drawBands(g) {
  const right = view.width - kRight;
  g.font = font.small;
  g.textBaseline = "middle";
  for (const band of bands) {
    const x0 = Math.max(xOf(band.begin), kGutter);
    const x1 = Math.min(xOf(band.until), right);
    if (x1 < kGutter || x0 > right) continue;
    const width = Math.max(x1 - x0, 2);
    for (const lane of lanes) {
      if (!lane.nodes.some((node) => band.victims.includes(node))) continue;
      g.globalAlpha = 0.1;
      g.fillStyle = colour.fault;
      g.fillRect(x0, lane.y, width, lane.height - 6);
      g.globalAlpha = 0.45;
      g.fillStyle = colour.faultHatch;
      g.fillRect(x0, lane.y, width, lane.height - 6);
      g.globalAlpha = 1;
    }
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

/** @param {CanvasRenderingContext2D} g */
function drawOutages(g) {
  const right = view.width - kRight;
  for (const [node, crash, begin, end] of data.outages) {
    if (!(lineY[node] >= 0)) continue;  // a client that is not shown, or no node at all
    const x0 = Math.max(xOf(begin), kGutter);
    const x1 = Math.min(xOf(end < 0 ? endTime : end), right);
    if (x1 < kGutter || x0 > right) continue;
    const y = lineY[node];
    const lane = laneAt(y);
    g.globalAlpha = crash ? 0.75 : 0.6;
    g.fillStyle = crash ? colour.downHatch : colour.pauseHatch;
    g.fillRect(x0, lane.y, Math.max(x1 - x0, 1.5), lane.height - 6);
    g.globalAlpha = 1;
    if (x1 - x0 < 44) continue;
    g.font = font.small;
    g.fillStyle = colour.muted;
    g.textAlign = "left";
    g.textBaseline = "middle";
    g.fillText(crash ? "down" : "paused", x0 + 6, lane.y + lane.height - 16);
  }
}

/** Draws one node's role from x0 to x1, with its term where there is room. */
function drawRole(g, role, term, x0, x1, y) {
  if (role === 255 || x1 - x0 < 0.5) return;
  g.fillStyle = colour.roles[role] ?? colour.faint;
  g.fillRect(x0, y + kStripTop, x1 - x0, kStripHeight);
  // A campaign also has another shape, for those who do not see the colour.
  if (role === 1 || role === 2) {
    g.fillStyle = colour.downHatch;
    g.globalAlpha = 0.35;
    g.fillRect(x0, y + kStripTop, x1 - x0, kStripHeight);
    g.globalAlpha = 1;
  }
  if (x1 - x0 < 22) return;
  g.fillStyle = role === 3 ? "#ffffff" : role === 2 ? "#1a1f28" : colour.fg;
  const text = x1 - x0 > 90 ? `${data.roles[role] ?? ""} · term ${term}` : String(term);
  g.fillText(fitText(g, text, x1 - x0 - 6), Math.max(x0, kGutter) + 5, y + kStripTop + kStripHeight / 2 + 0.5);
}

/** The last change of state in the next pixel that has one. */
function nextPixel(node, at) {
  const times = stateTimesOfNode[node];
  const pixel = (view.t1 - view.t0) / plotWidth();
  return Math.max(at + 1, lastNotAfter(times, Math.max(times[at + 1] ?? Infinity, view.t0) + pixel));
}

/** @param {CanvasRenderingContext2D} g */
function drawStates(g) {
  const right = view.width - kRight;
  const [low, high] = commitRange();
  g.font = font.small;
  g.textAlign = "left";
  g.textBaseline = "middle";
  for (const lane of lanes) {
    if (lane.client) continue;
    const node = lane.nodes[0];
    const list = statesOfNode[node];
    const y = lineY[node];
    let at = Math.max(0, lastNotAfter(stateTimesOfNode[node], view.t0));
    let roleFrom = -1;
    const part = (value) => Math.min(1, Math.max(0, (value - low) / Math.max(1, high - low)));
    const commitY = (value) => y + kCommitTop + kCommitHeight * (1 - part(value));
    const path = new Path2D();
    let heldY = NaN;  // of the commit line; NaN while the node is down
    const dense = lastNotAfter(stateTimesOfNode[node], view.t1) - at > kStatesDense;
    for (; at < list.length; at = dense ? nextPixel(node, at) : at + 1) {
      const i = list[at];
      const x = Math.max(kGutter, xOf(col.state_time[i]));
      if (x > right) break;
      if (roleFrom < 0 || col.state_role[i] !== col.state_role[roleFrom] ||
          col.state_term[i] !== col.state_term[roleFrom]) {
        if (roleFrom >= 0) flushRole(g, roleFrom, x, y);
        roleFrom = i;
      }
      const value = commitY(col.state_commit[i]);
      if (!Number.isNaN(heldY)) path.lineTo(x, heldY);
      heldY = col.state_role[i] === 255 ? NaN : value;
      if (Number.isNaN(heldY)) continue;
      if (at > 0 && col.state_role[list[at - 1]] !== 255) path.lineTo(x, value);
      else path.moveTo(x, value);
    }
    if (roleFrom >= 0) flushRole(g, roleFrom, Math.min(right, xOf(endTime)), y);
    if (!Number.isNaN(heldY)) path.lineTo(Math.min(right, xOf(endTime)), heldY);
    g.strokeStyle = colour.accent;
    g.lineWidth = 1.25;
    g.globalAlpha = 0.85;
    g.stroke(path);
    g.globalAlpha = 1;
  }
}

function flushRole(g, i, x1, y) {
  drawRole(g, col.state_role[i], col.state_term[i], Math.max(kGutter, xOf(col.state_time[i])), x1, y);
}

/** The lowest and highest commit index in the window, so that steps are seen at every zoom. */
function commitRange() {
  let low = Infinity;
  let high = 0;
  for (const lane of lanes) {
    if (lane.client) continue;
    for (const time of [Math.max(0, view.t0), Math.min(endTime, view.t1)]) {
      const state = stateAt(lane.nodes[0], time);
      // A node that has not said anything yet has committed nothing.
      if (state !== null && state.role === 255) continue;
      low = Math.min(low, state?.commit ?? 0);
      high = Math.max(high, state?.commit ?? 0);
    }
  }
  return low === Infinity ? [0, maxCommit] : [low, high];
}
