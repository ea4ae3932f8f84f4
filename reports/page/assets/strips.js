// What lasts: faults, outages, and below each server's line the strips of each of its groups.

const kStripHeight = 13;
const kLineHeight = 16;
const kStatesDense = 3000;  // changes in view, beyond which one a pixel is drawn

/** @param {CanvasRenderingContext2D} g */
function drawBands(g) {
  for (const band of bands) {
    const [x0, width] = edgesOf(band);
    if (width === 0) continue;
    for (const lane of lanes) {
      if (lane.nodes.some((node) => band.victims.includes(node))) shadeBand(g, x0, width, lane.y, lane.height - 6);
    }
    drawBandLabel(g, band);
  }
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

/** Draws a member's role from x0 to x1, with the numbers beside it where there is room. */
function drawRole(g, member, role, labels, x0, x1, y) {
  if (role < 0 || x1 - x0 < 0.5) return;
  const shade = member.service.roles[role]?.shade ?? -1;
  g.fillStyle = colour.roles[shade] ?? colour.faint;
  g.fillRect(x0, y, x1 - x0, kStripHeight);
  // A campaign also has another shape, for those who do not see the colour.
  if (shade === 1 || shade === 2) {
    g.fillStyle = colour.downHatch;
    g.globalAlpha = 0.35;
    g.fillRect(x0, y, x1 - x0, kStripHeight);
    g.globalAlpha = 1;
  }
  if (x1 - x0 < 22) return;
  g.fillStyle = shade === 3 ? "#ffffff" : shade === 2 ? "#1a1f28" : colour.fg;
  const long = [roleName(member.service, role), ...labels.map(([name, value]) => `${name} ${value}`)].join(" · ");
  const short = labels.map(([, value]) => value).join(":");
  const text = x1 - x0 > 90 ? long : short;
  g.fillText(fitText(g, text, x1 - x0 - 6), Math.max(x0, kGutter) + 5, y + kStripHeight / 2 + 0.5);
}

/** The last of `times` in the next pixel that has one. */
function nextPixel(times, at) {
  const pixel = (view.t1 - view.t0) / plotWidth();
  return Math.max(at + 1, lastNotAfter(times, Math.max(times[at + 1] ?? Infinity, view.t0) + pixel));
}

/** Calls `visit` for each of `times` in the window, or one a pixel, and the one before. */
function eachInView(times, visit) {
  let at = Math.max(0, lastNotAfter(times, view.t0));
  const dense = lastNotAfter(times, view.t1) - at > kStatesDense;
  for (; at < times.length && times[at] <= view.t1; at = dense ? nextPixel(times, at) : at + 1) visit(at);
}

/** @param {CanvasRenderingContext2D} g */
function drawStates(g) {
  g.font = font.small;
  g.textAlign = "left";
  g.textBaseline = "middle";
  for (const lane of lanes) {
    if (lane.client) continue;
    for (const [member, top] of stripsOf(lane.nodes[0])) {
      drawRoles(g, member, top);
      member.lines.forEach((strip, i) => drawLine(g, member, strip, top + kRoleStrip + i * kLineStrip));
    }
  }
}

function drawRoles(g, member, y) {
  let from = NaN;
  let role = -1;
  let labels = [];
  const flush = (x) => { if (!Number.isNaN(from)) drawRole(g, member, role, labels, from, x, y); };
  eachInView(member.turns, (at) => {
    const time = member.turns[at];
    const x = Math.max(kGutter, xOf(time));
    flush(x);
    from = x;
    role = valueAt(member.strips[0], time);
    labels = labelsAt(member, time);
  });
  flush(Math.min(view.width - kRight, xOf(endTime)));
}

function drawLine(g, member, strip, y) {
  const [low, high] = rangeOf(member.group, strip.name);
  const part = (value) => Math.min(1, Math.max(0, (value - low) / Math.max(1, high - low)));
  const path = new Path2D();
  let held = NaN;  // the y of the line; NaN while there is none
  eachInView(strip.times, (at) => {
    const x = Math.max(kGutter, xOf(strip.times[at]));
    const value = strip.values[at] < 0 ? NaN : y + kLineHeight * (1 - part(strip.values[at]));
    if (!Number.isNaN(held)) path.lineTo(x, held);
    if (!Number.isNaN(value)) {
      if (Number.isNaN(held)) path.moveTo(x, value);
      else path.lineTo(x, value);
    }
    held = value;
  });
  if (!Number.isNaN(held)) path.lineTo(Math.min(view.width - kRight, xOf(endTime)), held);
  g.strokeStyle = colour.accent;
  g.lineWidth = 1.25;
  g.globalAlpha = 0.85;
  g.stroke(path);
  g.globalAlpha = 1;
}

/** The lowest and highest value in the window of all lines of that name in the group, so that steps are seen at every zoom. */
function rangeOf(group, name) {
  let low = Infinity;
  let high = 0;
  for (const member of members) {
    if (member.group !== group) continue;
    for (const strip of member.lines) {
      if (strip.name !== name) continue;
      for (const time of [Math.max(0, view.t0), Math.min(endTime, view.t1)]) {
        const value = valueAt(strip, time);
        // While a node is down it has no number; before it has said anything it has reached nothing.
        if (value < 0 && lastNotAfter(strip.times, time) >= 0) continue;
        low = Math.min(low, Math.max(0, value));
        high = Math.max(high, value);
      }
    }
  }
  return low === Infinity ? [0, 1] : [low, high];
}
