// Everything that the mouse does, from the keyboard: `kKeys` says what there is, `kActions` does it.

function showHelp() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("help"));
  const rows = kKeys.map(([keys, text]) => [keys, text]);
  const list = el("dl", {className: "facts"});
  for (const [keys, text] of rows) {
    list.append(el("dt", {}, ...keys.split(" ").map((key) => el("kbd", {textContent: key}))), el("dd", {textContent: text}));
  }
  dialog.replaceChildren(el("h2", {textContent: "Keys"}), list,
    el("div", {className: "buttons"}, el("button", {textContent: "Close", onclick: () => dialog.close()})));
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").hasAttribute("open")) return;
  if (target.tagName === "INPUT") {
    if (event.key === "Escape") target.blur();
    return;
  }
  if (event.key === "Enter" && target.closest("a, button, summary")) return;
  const action = kActions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
