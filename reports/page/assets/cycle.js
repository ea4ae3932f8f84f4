// The cycle of transactions: its picture, its edges with their reasons, and arrows between the operations.

const kSvg = "http://www.w3.org/2000/svg";
/** The edge whose reason is looked at. @type {Edge|null} */
let shownEdge = null;

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(kSvg, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

function edgeText(edge) {
  return edge.kind + (edge.key && ` ${edge.key}`);
}

function edgeLink(edge) {
  const text = `${labelOf(edge.from)} → ${labelOf(edge.to)}`;
  return el("span", {}, el("button", {textContent: edgeText(edge), onclick: () => showEdge(edge)}), ` ${text}: ${edge.reason}`);
}

function showEdge(edge) {
  shownEdge = edge;
  buildCycle();
  zoomToOperations([edge.from, edge.to]);
  changed();
}

const kNodeWidth = 150;
const kNodeHeight = 44;

/** The places of the operations of a cycle: on a circle, in its order. @returns {Map<number, [number, number]>} */
function placesOf(edges) {
  const around = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))];
  const radius = around.length < 3 ? 170 : Math.max(120, around.length * 34);
  const flat = around.length < 3 ? 0 : 0.62;
  return new Map(around.map((op, i) => {
    const angle = Math.PI + 2 * Math.PI * i / around.length;
    return [op, [radius * Math.cos(angle), radius * flat * Math.sin(angle)]];
  }));
}

/** Where the way between two places leaves the box of the first. */
function boundary([x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const part = Math.min(kNodeWidth / 2 / Math.max(Math.abs(dx), 1e-9), kNodeHeight / 2 / Math.max(Math.abs(dy), 1e-9));
  return [x0 + dx * part, y0 + dy * part];
}

function edgeShape(edge, places) {
  const [from, to] = [places.get(edge.from), places.get(edge.to)];
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  // Bent to its left, so that there and back are two ways.
  const bend = [(from[0] + to[0]) / 2 + (to[1] - from[1]) / length * 34, (from[1] + to[1]) / 2 - (to[0] - from[0]) / length * 34];
  const [a, b] = [boundary(from, bend), boundary(to, bend)];
  const group = svg("g", {class: `edge message${edge === shownEdge ? " chosen" : ""}`},
    svg("path", {d: `M${a} Q${bend} ${b}`, fill: "none", "stroke-width": edge === shownEdge ? 3 : 1.6,
                 "marker-end": "url(#arrow)"}));
  const text = svg("text", {x: (a[0] + 2 * bend[0] + b[0]) / 4, y: (a[1] + 2 * bend[1] + b[1]) / 4 - 4,
                            "text-anchor": "middle", "font-size": 12});
  text.textContent = edgeText(edge);
  const title = svg("title", {});
  title.textContent = edge.reason;
  group.append(text, title);
  group.addEventListener("click", () => showEdge(edge));
  return group;
}

function nodeShape(op, [x, y]) {
  const node = svg("g", {class: "node"},
    svg("rect", {x: x - kNodeWidth / 2, y: y - kNodeHeight / 2, width: kNodeWidth, height: kNodeHeight, rx: 8}));
  [[labelOf(op), -4, 600], [processText(op), 12, 400]].forEach(([line, down, weight]) => {
    const text = svg("text", {x, y: y + down, "text-anchor": "middle", "font-size": 12, "font-weight": weight});
    text.textContent = line;
    node.append(text);
  });
  const title = svg("title", {});
  title.textContent = opText(op);
  node.append(title);
  node.addEventListener("click", () => select(op));
  return node;
}

function buildCycle() {
  const edges = shown?.edges ?? [];
  byId("cycle").hidden = edges.length === 0;
  if (edges.length === 0) return;
  const places = placesOf(edges);
  const [xs, ys] = [[...places.values()].map(([x]) => x), [...places.values()].map(([, y]) => y)];
  const left = Math.min(...xs) - kNodeWidth / 2 - 20;
  const top = Math.min(...ys) - kNodeHeight / 2 - 50;
  const width = Math.max(...xs) + kNodeWidth / 2 + 20 - left;
  const height = Math.max(...ys) + kNodeHeight / 2 + 50 - top;
  const arrow = svg("marker", {id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto"},
                    svg("path", {d: "M0 0 8 4 0 8z", class: "head"}));
  byId("cycle-picture").replaceChildren(svg("svg", {viewBox: `${left} ${top} ${width} ${height}`, width, height, role: "img",
                                                    "aria-label": "The cycle; the list beside it says the same in words"},
    svg("defs", {}, arrow), ...edges.map((edge) => edgeShape(edge, places)),
    ...[...places].map(([op, place]) => nodeShape(op, place))));
  byId("cycle-edges").replaceChildren(...edges.map((edge) =>
    el("li", {className: edge === shownEdge ? "chosen" : ""}, edgeLink(edge))));
}

/** Arrows between the operations of the cycle: from the end of one to the beginning of the next. */
function drawCycleArrows(g) {
  for (const edge of shown?.edges ?? []) {
    const [x0, y0] = [(xOf(col.op_begin[edge.from]) + xOf(opEnd(edge.from))) / 2, laneMiddle(col.op_lane[edge.from])];
    const [x1, y1] = [(xOf(col.op_begin[edge.to]) + xOf(opEnd(edge.to))) / 2, laneMiddle(col.op_lane[edge.to])];
    const bend = [(x0 + x1) / 2 + (y1 - y0) * 0.18, (y0 + y1) / 2 - (x1 - x0) * 0.08 - 12];
    g.strokeStyle = g.fillStyle = colour.violation;
    g.lineWidth = edge === shownEdge ? 3 : 1.6;
    g.beginPath();
    g.moveTo(x0, y0);
    g.quadraticCurveTo(bend[0], bend[1], x1, y1);
    g.stroke();
    const angle = Math.atan2(y1 - bend[1], x1 - bend[0]);
    g.beginPath();
    g.moveTo(x1, y1);
    g.lineTo(x1 - 9 * Math.cos(angle - 0.4), y1 - 9 * Math.sin(angle - 0.4));
    g.lineTo(x1 - 9 * Math.cos(angle + 0.4), y1 - 9 * Math.sin(angle + 0.4));
    g.fill();
    g.font = font.small;
    g.textAlign = "center";
    g.fillText(edgeText(edge), (x0 + 2 * bend[0] + x1) / 4, (y0 + 2 * bend[1] + y1) / 4 - 7);
  }
}
