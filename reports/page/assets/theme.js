// Colours from the style sheet, read again when the system goes dark or light.

/** @type {Object<string, any>} */
const colour = {};

function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(`--${name}`).trim();
  for (const name of ["bg", "card", "fg", "muted", "faint", "line", "soft", "accent", "pass", "fail", "unknown",
                      "violation", "past", "future", "down", "fault"]) {
    colour[name] = get(name);
  }
  colour.messages = [1, 2, 3, 4, 5, 6, 7].map((i) => get(`m${i}`));
  colour.roles = ["follower", "pre-candidate", "candidate", "leader", "learner"].map(get);
  colour.outcomes = {0: colour.accent, 1: get("m2"), 2: get("m6"), 3: get("candidate")};
  colour.dark = matchMedia("(prefers-color-scheme: dark)").matches;
  colour.downHatch = hatch(colour.down, colour.faint, 7);
  colour.pauseHatch = hatch("transparent", colour.faint, 5);
  colour.faultHatch = hatch("transparent", colour.fault, 9);
}

/** A pattern of diagonal lines. */
function hatch(ground, line, step) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = step * 2;
  const g = tile.getContext("2d");
  g.fillStyle = ground;
  if (ground !== "transparent") g.fillRect(0, 0, tile.width, tile.height);
  g.strokeStyle = line;
  g.lineWidth = 1;
  g.globalAlpha = 0.55;
  g.beginPath();
  for (let at = -tile.width; at <= 2 * tile.width; at += step) {
    g.moveTo(at, tile.height);
    g.lineTo(at + tile.height, 0);
  }
  g.stroke();
  return g.createPattern(tile, "repeat");
}

const kFont = 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
const font = {small: `11px ${kFont}`, text: `12px ${kFont}`, bold: `600 13px ${kFont}`};

/** Sizes a canvas for the screen's pixels; its context then takes CSS pixels. */
function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * ratio));
  const h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = `${height}px`;
  }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

/** `text`, cut so that it fits into `width`; empty when hardly anything fits. */
function fitText(g, text, width) {
  if (width < 12) return "";
  if (g.measureText(text).width <= width) return text;
  let keep = Math.floor(text.length * width / g.measureText(text).width);
  while (keep > 1 && g.measureText(text.slice(0, keep) + "…").width > width) --keep;
  return keep > 1 ? text.slice(0, keep) + "…" : "";
}
