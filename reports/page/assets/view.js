// The window of time that all plots show, and the selection that all sections share.

const kGutter = 112;  // for the names at the left
const kRight = 14;

const view = {t0: 0, t1: endTime, width: 800, cursor: NaN, selected: -1};

/** The narrowest window: below it floating point shows. */
const kNarrowest = byOrder ? 4 : 200;

function plotWidth() { return Math.max(50, view.width - kGutter - kRight); }
function xOf(time) { return kGutter + (time - view.t0) / (view.t1 - view.t0) * plotWidth(); }
function timeAt(x) { return view.t0 + (x - kGutter) / plotWidth() * (view.t1 - view.t0); }

/** @param {number} t0 @param {number} t1 in ns; moved so that they lie within the run */
function setWindow(t0, t1) {
  const length = Math.min(Math.max(t1 - t0, kNarrowest), endTime * 1.02);
  const margin = Math.min(endTime * 0.01, length * 0.04);
  t0 = Math.min(Math.max(t0, -margin), endTime + margin - length);
  view.t0 = t0;
  view.t1 = t0 + length;
  changed();
}

function zoomAt(time, factor) {
  setWindow(time - (time - view.t0) * factor, time + (view.t1 - time) * factor);
}
function panBy(fraction) {
  const by = (view.t1 - view.t0) * fraction;
  setWindow(view.t0 + by, view.t1 + by);
}
function fitAll() { setWindow(-endTime * 0.01, endTime * 1.01); }

/** Moves the window so that `time` is well inside. */
function reveal(time) {
  const length = view.t1 - view.t0;
  if (time >= view.t0 + length * 0.05 && time <= view.t1 - length * 0.05) return;
  setWindow(time - length / 2, time + length / 2);
}

/** A window in which the events before `row` can be told apart. */
function zoomTo(row, before = 170, after = 50) {
  const end = col.time[Math.min(rowCount - 1, row + after)];
  const begin = col.time[Math.max(0, row - before)];
  const least = Math.max(kNarrowest * 5, (end - begin) * 0.04);
  setWindow(begin - least, Math.max(end, col.time[row]) + least);
}

/** The rows whose time is in the window: from, to (exclusive). */
function visibleRows() {
  return [lowerBound(col.time, view.t0), lowerBound(col.time, view.t1)];
}

let redrawAsked = false;
/** Everything is drawn anew before the next frame. */
function changed() {
  if (redrawAsked) return;
  redrawAsked = true;
  requestAnimationFrame(() => {
    redrawAsked = false;
    redraw();
  });
}

/** The distance of ticks: 1, 2 or 5 times a power of ten, at least `pixels` apart. */
function tickStep(pixels) {
  const least = Math.max((view.t1 - view.t0) / plotWidth() * pixels, byOrder ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least) ?? least;
}

/** A tick's text, with as many digits as tell neighbours apart. */
function tickText(time, step) {
  if (byOrder) return String(Math.round(time));
  const [unit, name] = endTime >= 1e9 && step >= 1e3 ? [1e9, "s"] : step >= 1e4 ? [1e6, "ms"] : [1e3, "µs"];
  const digits = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
  return `${(time / unit).toFixed(digits)} ${name}`;
}

/** @param {CanvasRenderingContext2D} g */
function drawAxis(g, top, height) {
  const step = tickStep(120);
  g.font = font.small;
  g.textAlign = "center";
  g.textBaseline = "middle";
  for (let time = Math.ceil(Math.max(view.t0, 0) / step) * step; time <= Math.min(view.t1, endTime); time += step) {
    const x = Math.round(xOf(time)) + 0.5;
    if (x < kGutter || x > view.width) continue;
    g.strokeStyle = colour.line;
    g.beginPath();
    g.moveTo(x, top + 18);
    g.lineTo(x, height);
    g.stroke();
    g.fillStyle = colour.muted;
    g.fillText(tickText(time, step), x, top + 8);
  }
}
