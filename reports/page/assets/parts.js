// Pieces that the sections of a page are made of.

function verdictClass(verdict) {
  return {pass: "pass", holds: "pass", ok: "pass", fail: "fail", violated: "fail"}[verdict] ?? "unknown";
}
const kVerdictSigns = {pass: "✓", ok: "✓", fail: "✕", violated: "✕", unknown: "?"};

/** Draws a sample for the legend. */
function sample(draw) {
  const canvas = /** @type {HTMLCanvasElement} */ (el("canvas", {width: 56, height: 28}));
  canvas.redraw = () => {
    const g = canvas.getContext("2d");
    g.setTransform(2, 0, 0, 2, 0, 0);
    g.clearRect(0, 0, 28, 14);
    draw(g);
  };
  canvas.redraw();
  return canvas;
}

function outcomeSample(outcome) {
  return sample((g) => {
    g.fillStyle = colour.outcomes[outcome];
    g.globalAlpha = colour.dark ? 0.34 : 0.22;
    g.fillRect(0, 1, 28, 12);
    g.globalAlpha = 1;
    g.fillRect(0, 1, 2, 12);
    if (outcome !== kInfo) g.fillRect(26, 1, 2, 12);
    if (outcome === kFail) g.fillRect(0, 7, 28, 1);
  });
}
