// The keys of a run's page.

const kKeys = [
  ["← →", "pan"], ["+ −", "zoom"], ["f", "the whole run"], ["z", "zoom to the selected event"],
  ["[ ]", "previous, next violation"], ["n p", "next, previous event of the node"], ["Enter", "the event's cause"],
  ["c", "highlight causes and effects, then the light cone, then nothing"], ["/", "filter the events"],
  ["Esc", "clear"], ["?", "this list"],
];

function zoomCentre() {
  const time = view.selected >= 0 ? col.time[view.selected] : NaN;
  return time >= view.t0 && time <= view.t1 ? time : (view.t0 + view.t1) / 2;
}

/** @param {1|-1} by */
function goToViolation(by) {
  if (violationRows.length === 0) return;
  const at = view.selected;
  const next = by > 0 ? violationRows.find((row) => row > at) ?? violationRows[0]
                      : violationRows.findLast((row) => row < at) ?? violationRows[violationRows.length - 1];
  zoomTo(next);
  select(next);
}

function nextCone() {
  setCone({"": "cause", cause: "order", order: ""}[coneMode]);
}

const kActions = {
  ArrowLeft: () => panBy(-0.15), ArrowRight: () => panBy(0.15),
  "+": () => zoomAt(zoomCentre(), 1 / 1.6), "=": () => zoomAt(zoomCentre(), 1 / 1.6),
  "-": () => zoomAt(zoomCentre(), 1.6), f: fitAll,
  z: () => { if (view.selected >= 0) zoomTo(view.selected, 60, 30); },
  "[": () => goToViolation(-1), "]": () => goToViolation(1),
  n: () => { if (view.selected >= 0) step(view.selected, 1); },
  p: () => { if (view.selected >= 0) step(view.selected, -1); },
  Enter: () => { if (view.selected >= 0 && col.cause[view.selected]) select(col.cause[view.selected] - 1); },
  c: nextCone, "/": () => byId("filter").focus(), "?": showHelp,
  Escape: () => clearSelection(),
};
