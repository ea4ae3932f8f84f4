// What the plots and the list show is rows: the records of a run, or the operations of a history that stands alone.

/** How many rows the page holds. A row is an index below it. */
const rowCount = (col.time ??= col.op_begin).length;

/** The number of the record at `row`, as everywhere else in Windtunnel. @param {number} row */
function numberOf(row) {
  return col.number ? col.number[row] : row + 1;
}

/** The row of a record; -1 when the page does not hold it. @param {number} number */
function rowOfNumber(number) {
  if (!col.number) return number >= 1 && number <= rowCount ? number - 1 : -1;
  const row = lowerBound(col.number, number);
  return row < rowCount && col.number[row] === number ? row : -1;
}

/** A link that selects an event. @param {number} number @param {string} [text] */
function eventLink(number, text) {
  return el("a", {href: `#e=${number}`, textContent: text ?? `event ${number}`});
}

/** Text in which "#123" and "event 123" become links to events. @param {string} text */
function linkedText(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(/(?:#|\bevent )(\d+)\b/g)) {
    if (rowOfNumber(Number(match[1])) < 0) continue;
    nodes.push(text.slice(from, match.index), eventLink(Number(match[1]), match[0]));
    from = match.index + match[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}
