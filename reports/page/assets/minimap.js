// The whole run at a glance: how much happened, when faults were on, where it broke, and the window of the plots.

const minimapCanvas = /** @type {HTMLCanvasElement} */ (byId("minimap"));
const kMapHeight = 48;
let mapBins = new Float64Array(0);

function mapX(time) {
  return kGutter + (time + endTime * 0.01) / (endTime * 1.02) * plotWidth();
}
function mapTime(x) {
  return (x - kGutter) / plotWidth() * endTime * 1.02 - endTime * 0.01;
}

function countMap() {
  const bins = Math.max(1, Math.floor(plotWidth() / 2));
  if (mapBins.length === bins) return;
  mapBins = new Float64Array(bins);
  for (let row = 0; row < rowCount; ++row) {
    ++mapBins[Math.min(bins - 1, Math.max(0, ((mapX(col.time[row]) - kGutter) / 2) | 0))];
  }
}

function drawMinimap() {
  countMap();
  const g = fitCanvas(minimapCanvas, view.width, kMapHeight);
  g.fillStyle = colour.soft;
  g.fillRect(kGutter, 0, plotWidth(), kMapHeight);
  for (const band of bands) {
    g.fillStyle = colour.fault;
    g.globalAlpha = 0.16;
    g.fillRect(mapX(band.begin), 0, Math.max(1.5, mapX(band.until) - mapX(band.begin)), kMapHeight);
  }
  g.globalAlpha = 0.8;
  const most = mapBins.reduce((a, b) => Math.max(a, b), 1);
  g.fillStyle = colour.messages[0];
  for (let i = 0; i < mapBins.length; ++i) {
    const height = Math.sqrt(mapBins[i] / most) * (kMapHeight - 12);
    if (mapBins[i] > 0) g.fillRect(kGutter + 2 * i, kMapHeight - Math.max(1, height), 1.6, Math.max(1, height));
  }
  g.globalAlpha = 1;
  g.fillStyle = colour.violation;
  for (const row of violationRows) {
    const x = mapX(col.time[row]);
    g.fillRect(x - 1, 0, 2, kMapHeight);
    g.beginPath();
    g.moveTo(x - 6, 0);
    g.lineTo(x + 6, 0);
    g.lineTo(x, 8);
    g.fill();
  }
  drawMapWindow(g);
  g.font = font.small;
  g.fillStyle = colour.muted;
  g.textAlign = "left";
  g.textBaseline = "middle";
  g.fillText(isHistory ? "whole history" : "whole run", 2, kMapHeight / 2 - 7);
  g.fillText(durationText(endTime), 2, kMapHeight / 2 + 8);
}

function drawMapWindow(g) {
  const x0 = Math.max(kGutter, mapX(view.t0));
  const x1 = Math.max(x0 + 4, Math.min(view.width - kRight, mapX(view.t1)));
  g.fillStyle = colour.card;
  g.globalAlpha = 0.62;
  g.fillRect(kGutter, 0, x0 - kGutter, kMapHeight);
  g.fillRect(x1, 0, view.width - kRight - x1, kMapHeight);
  g.globalAlpha = 1;
  g.strokeStyle = colour.accent;
  g.lineWidth = 2;
  g.strokeRect(x0 + 1, 1, x1 - x0 - 2, kMapHeight - 2);
}

{
  let grip = null;
  minimapCanvas.addEventListener("pointerdown", (event) => {
    minimapCanvas.setPointerCapture(event.pointerId);
    const x = event.offsetX;
    const [x0, x1] = [mapX(view.t0), mapX(view.t1)];
    const length = view.t1 - view.t0;
    if (Math.abs(x - x0) < 6 && x1 - x0 > 14) grip = (time) => setWindow(time, view.t1);
    else if (Math.abs(x - x1) < 6 && x1 - x0 > 14) grip = (time) => setWindow(view.t0, time);
    else {
      const by = x > x0 && x < x1 ? mapTime(x) - view.t0 : length / 2;
      grip = (time) => setWindow(time - by, time - by + length);
      grip(mapTime(x));
    }
  });
  minimapCanvas.addEventListener("pointermove", (event) => {
    if (grip) grip(mapTime(event.offsetX));
  });
  minimapCanvas.addEventListener("pointerup", () => { grip = null; });
  minimapCanvas.addEventListener("wheel", (event) => {
    zoomAt(mapTime(event.offsetX), Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0035));
    event.preventDefault();
  }, {passive: false});
}
