// What led to an event and what it led to. The order of rows is an order in which causes come first, so that one
// pass each way is enough.

/** 1 in the past, 2 in the future, 3 the event itself; null when nothing is highlighted. @type {Uint8Array|null} */
let cone = null;
/** "": none, "cause": along direct causes, "order": also through what its nodes did before. */
let coneMode = "";

/** @param {number} row @param {"cause"|"order"} mode @returns {Uint8Array} */
function coneOf(row, mode) {
  const marks = new Uint8Array(rowCount);
  marks[row] = 3;
  markPast(marks, row, mode);
  markFuture(marks, row, mode);
  return marks;
}

function markPast(marks, row, mode) {
  const reached = new Uint8Array(0x10000);  // nodes on which everything earlier is in the past
  let link = lowerBound(col.link_row, row + 1) - 1;
  for (let at = row; at >= 0; --at) {
    const node = col.node[at];
    if (mode === "order" && reached[node] && node !== 0xffff) marks[at] |= 1;
    if (!(marks[at] & 1)) continue;
    reached[node] = 1;
    if (col.cause[at]) marks[col.cause[at] - 1] |= 1;
    while (link >= 0 && col.link_row[link] > at) --link;
    for (; link >= 0 && col.link_row[link] === at; --link) marks[col.link_parent[link]] |= 1;
  }
}

function markFuture(marks, row, mode) {
  const reached = new Uint8Array(0x10000);
  let link = lowerBound(col.link_row, row);
  for (let at = row; at < rowCount; ++at) {
    const node = col.node[at];
    if (col.cause[at] && marks[col.cause[at] - 1] & 2) marks[at] |= 2;
    if (mode === "order" && reached[node] && node !== 0xffff) marks[at] |= 2;
    while (link < col.link_row.length && col.link_row[link] < at) ++link;
    for (; link < col.link_row.length && col.link_row[link] === at; ++link) {
      if (marks[col.link_parent[link]] & 2) marks[at] |= 2;
    }
    if (marks[at] & 2) reached[node] = 1;
  }
}

/** The rows from `row` back along its causes. */
function causeChain(row, limit = 12) {
  const chain = [];
  for (let at = col.cause[row] - 1; at >= 0 && chain.length < limit; at = col.cause[at] - 1) chain.push(at);
  return chain;
}

/** The rows that `row` is the direct cause of. */
function effectsOf(row, limit = 8) {
  const found = [];
  for (let at = row + 1; at < rowCount && found.length < limit; ++at) {
    if (col.cause[at] === row + 1) found.push(at);
  }
  return found;
}
