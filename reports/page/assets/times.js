// Times in words. A history without times has the positions of its events instead.

/** Whether the page is that of a history alone. */
const isHistory = "axis" in data;
const byOrder = data.axis === "order";
/** What an address and a filter count in. */
const kSecond = byOrder ? 1 : 1e9;

/** "1.5 ms" @param {number} ns */
function durationText(ns) {
  if (byOrder) return `${ns} events`;
  const size = Math.abs(ns);
  const short = (value) => String(Number(value.toPrecision(3)));
  if (size >= 1e9) return `${short(ns / 1e9)} s`;
  if (size >= 1e6) return `${short(ns / 1e6)} ms`;
  if (size >= 1e3) return `${short(ns / 1e3)} µs`;
  return `${ns} ns`;
}

/** "5.312450 s" @param {number} ns */
function timeText(ns) {
  if (byOrder) return `event ${Math.round(ns)}`;
  return `${(Math.floor(ns / 1000) / 1e6).toFixed(6)} s`;
}
