// The keys of a history's page.

const kKeys = [
  ["← →", "pan"], ["↑ ↓", "scroll the rows"], ["+ −", "zoom"], ["f", "the whole history"], ["z", "zoom to the selected operation"],
  ["w", "the witness"], ["n p", "next, previous operation of the process"], ["/", "filter the operations"], ["Esc", "clear"],
  ["?", "this list"],
];

function zoomCentre() {
  const time = view.selected >= 0 ? col.op_begin[view.selected] : NaN;
  return time >= view.t0 && time <= view.t1 ? time : (view.t0 + view.t1) / 2;
}

function goToWitness() {
  if (findings.length) showFinding(shown ?? findings[0]);
}

const kActions = {
  ArrowLeft: () => panBy(-0.15), ArrowRight: () => panBy(0.15),
  ArrowUp: () => { historyScroll.scrollTop -= 3 * kOpRow; }, ArrowDown: () => { historyScroll.scrollTop += 3 * kOpRow; },
  "+": () => zoomAt(zoomCentre(), 1 / 1.6), "=": () => zoomAt(zoomCentre(), 1 / 1.6),
  "-": () => zoomAt(zoomCentre(), 1.6), f: fitAll,
  z: () => { if (view.selected >= 0) zoomToOperations([view.selected]); },
  w: goToWitness,
  n: () => { if (view.selected >= 0) step(view.selected, 1); },
  p: () => { if (view.selected >= 0) step(view.selected, -1); },
  "/": () => byId("filter").focus(), "?": showHelp,
  Escape: () => clearSelection(),
};
