// How plots are moved and asked with the mouse.

/** Wheel zooms, drag pans (and scrolls `rows`), a click selects: the same for every plot with this time axis. */
function makeNavigable(canvas, pick, hover, rows = null) {
  let drag = null;
  canvas.addEventListener("wheel", (event) => {
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      panBy((event.deltaX || event.deltaY) / plotWidth());
    } else {
      zoomAt(timeAt(event.offsetX), Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0035));
    }
    event.preventDefault();
  }, {passive: false});
  canvas.addEventListener("pointerdown", (event) => {
    drag = {x: event.offsetX, y: event.clientY, top: rows?.scrollTop, t0: view.t0, t1: view.t1, moved: false};
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag && (drag.moved || Math.abs(event.offsetX - drag.x) > 4)) {
      drag.moved = true;
      canvas.classList.add("dragging");
      const by = (drag.x - event.offsetX) / plotWidth() * (drag.t1 - drag.t0);
      setWindow(drag.t0 + by, drag.t1 + by);
      if (rows) rows.scrollTop = drag.top + drag.y - event.clientY;
    }
    view.cursor = event.offsetX >= kGutter ? timeAt(event.offsetX) : NaN;
    drawOverlay();
    hover(drag && drag.moved ? null : event);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (drag && !drag.moved) pick(event.offsetX, event.offsetY);
    drag = null;
    canvas.classList.remove("dragging");
  });
  canvas.addEventListener("pointerleave", () => {
    view.cursor = NaN;
    drawOverlay();
    hover(null);
  });
}

function showTip(text, x, y) {
  const tip = byId("tip");
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const left = x + 16 + tip.offsetWidth > view.width ? x - 16 - tip.offsetWidth : x + 16;
  tip.style.left = `${Math.max(0, left)}px`;
  tip.style.top = `${y + 14}px`;
}
