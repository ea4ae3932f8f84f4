// Making elements. Text is set as text, never as markup: it comes from the run.

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string} tag
 * @param {Object<string, any>} properties className, textContent, onclick, aria-..., role, title
 * @param {...(Node|string|null)} children
 * @returns {HTMLElement}
 */
function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** @param {string} text @param {HTMLElement} button */
async function copyText(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", {value: text});
    document.body.append(area);
    /** @type {HTMLTextAreaElement} */ (area).select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = before; }, 1200);
}

/** A definition list. @param {Array<[string, (Node|string)]>} rows */
function facts(rows) {
  const list = el("dl", {className: "facts"});
  for (const [name, value] of rows) {
    list.append(el("dt", {textContent: name}), el("dd", {}, value));
  }
  return list;
}

const kMaxScroll = 8e6;  // browsers do not make taller elements reliably
