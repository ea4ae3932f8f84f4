// Every operation of the history as a list, and how operations are searched for.

function listItem(op) {
  return el("div", {
    className: `event-row${isWitness[op] ? " bad" : ""}`, role: "option",
    "aria-selected": String(op === view.selected), onclick: () => select(op),
  },
  el("span", {textContent: String(col.op_line[op] || op + 1)}),
  el("span", {textContent: timeText(col.op_begin[op])}),
  el("span", {textContent: textOf(col.op_process[op])}),
  el("span", {textContent: opText(op)}),
  el("span", {textContent: kOutcomes[col.op_outcome[op]]}));
}

const kOutcomes = ["", "ok", "fail", "info"];
const kSearched = {process: "op_process", f: "op_f", key: "op_key", value: "op_argument", answer: "op_answer"};

/** Of each text whether it has the word in it, or is it. A word is in lower case. @returns {Uint8Array} */
function textsWith(word, whole) {
  const found = new Uint8Array(textFrom.length - 1);
  const want = new TextEncoder().encode(word);
  const bytes = col.text;
  const low = (byte) => byte >= 65 && byte <= 90 ? byte + 32 : byte;
  for (let text = 0; text < found.length; ++text) {
    const last = textFrom[text + 1] - want.length;
    if (whole && last !== textFrom[text]) continue;
    for (let at = textFrom[text]; at <= last; ++at) {
      let same = 0;
      while (same < want.length && low(bytes[at + same]) === want[same]) ++same;
      if (same < want.length) continue;
      found[text] = 1;
      break;
    }
  }
  return found;
}

/**
 * Words of a filter: `process=3`, `key=x`, `f=read`, `value=1`, `answer=2`, `outcome=fail`, `line=12`, and from and to in
 * seconds (or positions of events); any other word must be in what was called or answered.
 * @returns {(op: number) => boolean}
 */
function filterTest(word) {
  const [, name, value] = /^(process|f|key|value|answer|outcome|line|from|to)=(.*)$/.exec(word) ?? [];
  if (name === "from") return (op) => opEnd(op) >= Number(value) * kSecond;
  if (name === "to") return (op) => col.op_begin[op] <= Number(value) * kSecond;
  if (name === "line") return (op) => col.op_line[op] === Number(value);
  if (name === "outcome") return (op) => kOutcomes[col.op_outcome[op]] === value;
  const found = textsWith(value ?? word, Boolean(name));
  if (name) {
    const column = col[kSearched[name]];
    return (op) => found[column[op]] === 1;
  }
  return (op) => found[col.op_f[op]] === 1 || found[col.op_key[op]] === 1 || found[col.op_argument[op]] === 1 ||
                 found[col.op_answer[op]] === 1;
}
