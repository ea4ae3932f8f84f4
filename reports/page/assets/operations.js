// Operations: a box each from its call to its answer, a row a client. Of the rows only those in sight are drawn.

const historyCanvas = /** @type {HTMLCanvasElement} */ (byId("history"));
const historyScroll = byId("history-scroll");
const kOpRow = 22;
const kOpDense = 500;  // operations of a row in view, from which narrow ones are drawn together
const opCount = col.op_begin.length;
const kOk = 1;
const kFail = 2;
const kInfo = 3;
const kOutcomeNames = {[kOk]: "ok", [kFail]: "fail", [kInfo]: "info: nobody knows whether it took place"};

/**
 * What the page draws below and above the operations, and which of them are pale.
 * @type {{below: Function, above: Function, isPale: (op: number) => boolean}}
 */
const operationLayers = {below: () => {}, above: () => {}, isPale: () => false};
/** 1 for the operations of a witness. */
const isWitness = col.op_witness ?? new Uint8Array(opCount);

// The operations of each row in order of time: those of row r are opsByLane[laneFrom[r]] to opsByLane[laneFrom[r + 1]].
const laneCount = col.op_lane.reduce((most, lane) => Math.max(most, lane + 1), 0);
const laneFrom = new Uint32Array(laneCount + 1);
const opsByLane = new Uint32Array(opCount);
{
  for (let op = 0; op < opCount; ++op) ++laneFrom[col.op_lane[op] + 1];
  for (let lane = 0; lane < laneCount; ++lane) laneFrom[lane + 1] += laneFrom[lane];
  const next = laneFrom.slice();
  for (let op = 0; op < opCount; ++op) opsByLane[next[col.op_lane[op]]++] = op;
}

function hasEnded(op) { return col.op_length[op] > 0; }
function opEnd(op) { return hasEnded(op) ? col.op_begin[op] + col.op_length[op] - 1 : endTime; }

/** The first place in a row whose operation does not lie before what `isBefore` says. */
function placeIn(lane, isBefore) {
  let from = laneFrom[lane];
  let to = laneFrom[lane + 1];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBefore(opsByLane[middle])) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The places of a row that the window shows, and one before: from, to. */
function visibleOps(lane) {
  const from = placeIn(lane, (op) => opEnd(op) < view.t0);
  const to = placeIn(lane, (op) => col.op_begin[op] < view.t1);
  return [Math.max(laneFrom[lane], from - 1), to];
}

const rowsHeight = laneCount * kOpRow + 4;
function heightInSight() { return Math.max(1, Math.min(rowsHeight, historyScroll.clientHeight)); }

/** How much of the rows lies above what is in sight. */
function rowsAbove() {
  const range = Math.min(rowsHeight, kMaxScroll) - heightInSight();
  return range <= 0 ? 0 : historyScroll.scrollTop / range * (rowsHeight - heightInSight());
}

/** The y of the middle of a row on the canvas. */
function laneMiddle(lane) { return lane * kOpRow + kOpRow / 2 - rowsAbove(); }

function revealLane(lane) {
  const y = laneMiddle(lane);
  if (y >= kOpRow / 2 && y <= heightInSight() - kOpRow / 2) return;
  const range = Math.min(rowsHeight, kMaxScroll) - heightInSight();
  const wanted = (lane + 0.5) * kOpRow - heightInSight() / 2;
  if (range > 0) historyScroll.scrollTop = wanted / (rowsHeight - heightInSight()) * range;
}

function drawHistory() {
  byId("history-space").style.height = `${Math.min(rowsHeight, kMaxScroll)}px`;
  const height = heightInSight();
  const above = rowsAbove();
  const g = fitCanvas(historyCanvas, view.width, height);
  historyCanvas.style.width = `${view.width}px`;
  const first = Math.max(0, Math.floor((above - 2) / kOpRow));
  const last = Math.min(laneCount, Math.ceil((above + height) / kOpRow));
  g.textBaseline = "middle";
  g.save();
  g.beginPath();
  g.rect(kGutter, 0, plotWidth(), height);
  g.clip();
  operationLayers.below(g, height);
  g.font = font.small;
  for (let lane = first; lane < last; ++lane) drawLane(g, lane, lane * kOpRow + 2 - above);
  operationLayers.above(g, height);
  g.restore();
  g.font = font.small;
  g.textAlign = "left";
  g.textBaseline = "middle";
  g.fillStyle = colour.muted;
  for (let lane = first; lane < last; ++lane) {
    const op = opsByLane[Math.max(laneFrom[lane], visibleOps(lane)[1] - 1)];
    // As the witness names them. A client whose operation was left open goes on as another process.
    g.fillText(fitText(g, processText(op), kGutter - 8), 2, lane * kOpRow + kOpRow / 2 + 1 - above);
  }
}

function drawLane(g, lane, y) {
  const [from, to] = visibleOps(lane);
  const dense = to - from > kOpDense;
  const scale = plotWidth() / (view.t1 - view.t0);
  const counts = new Uint32Array(4);
  const named = [];
  let pixel = NaN;
  const flush = () => {
    if (!Number.isNaN(pixel)) drawTogether(g, counts, pixel, y);
    counts.fill(0);
  };
  for (let place = from; place < to; ++place) {
    const op = opsByLane[place];
    const x0 = kGutter + (col.op_begin[op] - view.t0) * scale;
    const x1 = kGutter + (opEnd(op) - view.t0) * scale;
    if (isWitness[op]) named.push([op, x0, x1]);
    if (!dense || x1 - x0 >= 3) {
      const until = place + 1 < laneFrom[lane + 1] ? col.op_begin[opsByLane[place + 1]] : endTime;
      drawOperation(g, op, x0, x1, y, xOf(until));
      continue;
    }
    if (Math.floor(x0) !== pixel) {
      flush();
      pixel = Math.floor(x0);
    }
    ++counts[operationLayers.isPale(op) ? 0 : col.op_outcome[op]];
  }
  flush();
  for (const [op, x0, x1] of named) drawOperation(g, op, x0, x1, y, x1);
}

/** Operations in one pixel: of each outcome its share. */
function drawTogether(g, counts, x, y) {
  const all = counts[kOk] + counts[kFail] + counts[kInfo] + counts[0];
  let top = y;
  g.globalAlpha = 0.15;
  g.fillStyle = colour.muted;
  if (counts[0] > 0) g.fillRect(x, y, 1, kOpRow - 5);
  g.globalAlpha = 1;
  for (const outcome of [kOk, kFail, kInfo]) {
    if (counts[outcome] === 0) continue;
    const height = Math.max(2, (kOpRow - 5) * counts[outcome] / all);
    g.fillStyle = colour.outcomes[outcome];
    g.fillRect(x, top, 1, height);
    top += height;
  }
}

/** `until`: where the next operation of the row begins, or the end of what is known. */
function drawOperation(g, op, x0, x1, y, until) {
  const outcome = col.op_outcome[op];
  const width = Math.max(x1 - x0, 2);
  const height = kOpRow - 5;
  const left = Math.max(x0, kGutter - 4);
  const right = Math.min(x0 + width, view.width);
  g.fillStyle = colour.outcomes[outcome];
  // What nobody knows the end of goes on as a line.
  if (outcome === kInfo && until > right) g.fillRect(Math.max(left, right), y + height / 2, until - Math.max(left, right), 1);
  if (right < kGutter - 4 || left > view.width) return;
  const pale = operationLayers.isPale(op);
  g.globalAlpha = pale ? 0.08 : colour.dark ? 0.34 : 0.22;
  g.fillRect(left, y, right - left, height);
  g.globalAlpha = 1;
  if (pale) return;
  // The shape says it again: a failed one is struck through, an open end has no border.
  g.fillRect(left, y, 2, height);
  if (outcome !== kInfo && right - left > 4) g.fillRect(right - 1.5, y, 1.5, height);
  if (outcome === kFail && right - left > 6) g.fillRect(left, y + height / 2, right - left, 1);
  if (isWitness[op]) {
    g.strokeStyle = colour.violation;
    g.lineWidth = 2.5;
    g.strokeRect(left, y - 0.5, Math.max(right - left, 5), height + 1);
  }
  if (right - left < 20) return;
  g.fillStyle = colour.fg;
  g.textAlign = "left";
  g.fillText(fitText(g, opText(op), right - Math.max(left, kGutter) - 8), Math.max(left, kGutter) + 5, y + height / 2 + 0.5);
}

/** "process 3"; a history need not name them. */
function processText(op) {
  return col.op_process[op] ? `process ${textOf(col.op_process[op])}` : "a process";
}

/** "write x = 1" */
function callText(op) {
  const [key, argument] = [textOf(col.op_key[op]), textOf(col.op_argument[op])];
  return textOf(col.op_f[op]) + (key && ` ${key}`) + (argument && (key ? ` = ${argument}` : ` ${argument}`));
}

function opText(op) {
  const answer = textOf(col.op_answer[op]);
  return callText(op) + (answer && ` → ${answer}`);
}

function opAt(x, y) {
  const lane = Math.floor((y + rowsAbove() - 2) / kOpRow);
  if (!(lane >= 0 && lane < laneCount)) return -1;
  const [from, to] = visibleOps(lane);
  const end = Math.min(to, placeIn(lane, (op) => xOf(col.op_begin[op]) <= x + 2));
  for (let place = end - 1; place >= from; --place) {
    const op = opsByLane[place];
    if (x <= Math.max(xOf(opEnd(op)), xOf(col.op_begin[op]) + 4) + 2) return op;
    if (xOf(opEnd(op)) < x - 8) return -1;
  }
  return -1;
}

function opTip(op) {
  const end = hasEnded(op) ? `${timeText(col.op_begin[op])} to ${timeText(opEnd(op))}` : "never answered";
  return `${processText(op)}: ${opText(op)}\n${kOutcomeNames[col.op_outcome[op]]}\n${end}` +
         (isWitness[op] ? "\npart of the witness" : "");
}

historyScroll.addEventListener("scroll", changed);
/** @param {(op: number) => void} pick called with -1 for none */
function makeOperationsNavigable(pick) {
  makeNavigable(historyCanvas, (x, y) => pick(opAt(x, y)), (event) => {
    const op = event ? opAt(event.offsetX, event.offsetY) : -1;
    if (op < 0) return showTip("");
    const top = historyCanvas.getBoundingClientRect().top - byId("diagram-stack").getBoundingClientRect().top;
    showTip(opTip(op), event.offsetX, event.offsetY + top);
  }, historyScroll);
}
