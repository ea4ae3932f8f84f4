// What the clients saw: a box an operation from its call to its answer, a row a client.

const historyCanvas = /** @type {HTMLCanvasElement} */ (byId("history"));
const kOpRow = 22;
const kOpDense = 6000;
const opCount = col.op_begin.length;
/** Operations of each row, in order of time. @type {number[][]} */
const opsOfLane = [];
for (let op = 0; op < opCount; ++op) (opsOfLane[col.op_lane[op]] ??= []).push(op);
const kOk = 1;
const kFail = 2;
const kInfo = 3;
const kOutcomeNames = {[kOk]: "ok", [kFail]: "fail", [kInfo]: "info: nobody knows whether it took place"};

function opEnd(op) {
  return col.op_end[op] < 0 ? endTime : col.op_end[op];
}

/** The operations of a row that the window shows: from, to in its list. */
function visibleOps(list) {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (opEnd(list[middle]) < view.t0) from = middle + 1;
    else to = middle;
  }
  let end = list.length;
  let begin = from;
  while (begin < end) {
    const middle = (begin + end) >>> 1;
    if (col.op_begin[list[middle]] < view.t1) begin = middle + 1;
    else end = middle;
  }
  return [Math.max(0, from - 1), begin];
}

function drawHistory() {
  const g = fitCanvas(historyCanvas, view.width, opsOfLane.length * kOpRow + 4);
  g.font = font.small;
  g.textBaseline = "middle";
  g.save();
  g.beginPath();
  g.rect(kGutter, 0, plotWidth(), opsOfLane.length * kOpRow + 4);
  g.clip();
  opsOfLane.forEach((list, lane) => {
    const [from, to] = visibleOps(list);
    const dense = to - from > kOpDense / opsOfLane.length;
    let lastX = -1;
    for (let i = from; i < to; ++i) {
      const op = list[i];
      const x0 = xOf(col.op_begin[op]);
      if (dense && !col.op_witness[op] && (x0 | 0) === lastX) continue;
      lastX = x0 | 0;
      drawOperation(g, op, x0, xOf(opEnd(op)), lane * kOpRow + 2);
    }
  });
  g.restore();
  g.textAlign = "left";
  g.fillStyle = colour.muted;
  opsOfLane.forEach((list, lane) => {
    const last = list[Math.max(0, visibleOps(list)[1] - 1)];
    // As the witness names them. A client whose operation was left open goes on as another process.
    g.fillText(`process ${col.op_process[last]}`, 2, lane * kOpRow + kOpRow / 2 + 1);
  });
}

function drawOperation(g, op, x0, x1, y) {
  const outcome = col.op_outcome[op];
  const width = Math.max(x1 - x0, 2);
  const height = kOpRow - 5;
  const left = Math.max(x0, kGutter - 4);
  const right = Math.min(x0 + width, view.width);
  if (right < kGutter - 4 || left > view.width) return;
  g.fillStyle = colour.outcomes[outcome];
  g.globalAlpha = colour.dark ? 0.34 : 0.22;
  g.fillRect(left, y, right - left, height);
  g.globalAlpha = 1;
  // The shape says it again: a failed one is struck through, an open end has no border.
  g.fillRect(left, y, 2, height);
  if (outcome !== kInfo && right - left > 4) g.fillRect(right - 1.5, y, 1.5, height);
  if (outcome === kFail && right - left > 6) g.fillRect(left, y + height / 2, right - left, 1);
  if (col.op_witness[op]) {
    g.strokeStyle = colour.violation;
    g.lineWidth = 2.5;
    g.strokeRect(left, y - 0.5, Math.max(right - left, 5), height + 1);
  }
  if (right - left < 20) return;
  g.fillStyle = colour.fg;
  g.textAlign = "left";
  g.fillText(fitText(g, opText(op), right - Math.max(left, kGutter) - 8), Math.max(left, kGutter) + 5, y + height / 2 + 0.5);
}

function opText(op) {
  const answer = data.strings[col.op_answer[op]];
  return data.strings[col.op_call[op]] + (answer ? ` → ${answer}` : "");
}

function opAt(x, y) {
  const list = opsOfLane[Math.floor((y - 2) / kOpRow)];
  if (!list) return -1;
  const [from, to] = visibleOps(list);
  for (let i = to - 1; i >= from; --i) {
    if (x >= xOf(col.op_begin[list[i]]) - 2 && x <= Math.max(xOf(opEnd(list[i])), xOf(col.op_begin[list[i]]) + 4) + 2) {
      return list[i];
    }
  }
  return -1;
}

function opTip(op) {
  const end = col.op_end[op] < 0 ? "never answered" : `${timeText(col.op_begin[op])} to ${timeText(col.op_end[op])}`;
  return `process ${col.op_process[op]}: ${opText(op)}\n${kOutcomeNames[col.op_outcome[op]]}\n${end}` +
         (col.op_witness[op] ? "\npart of the witness" : "");
}

if (opCount === 0) byId("history-block").hidden = true;
makeNavigable(historyCanvas, (x, y) => {
  const op = opAt(x, y);
  if (op < 0) return clearSelection();
  const row = (col.op_completed[op] || col.op_invoked[op]) - 1;
  if (row >= 0) select(row);
}, (event) => {
  const op = event ? opAt(event.offsetX, event.offsetY) : -1;
  if (op < 0) return showTip("");
  const top = historyCanvas.getBoundingClientRect().top - byId("diagram-stack").getBoundingClientRect().top;
  showTip(opTip(op), event.offsetX, event.offsetY + top);
});
