// What a history's page shows of its judgement: findings, and the operations of the one that is looked at.

/** The end of the history: in ns, or the position of its last event. */
const endTime = Math.max(1, data.duration);
/** Rows of the finding that is looked at, ascending. @type {number[]} */
const violationRows = [];

/**
 * What was found, as `check` says it.
 * @typedef {{operation: number, label: string, line: number, text: string}} Item
 * @typedef {{from: number, to: number, kind: string, key: string, reason: string}} Edge
 * @typedef {{name: string, text: string, key: string, notes: string[], permitted: boolean, items: Item[], edges: Edge[]}} Finding
 * @type {Finding[]}
 */
const findings = data.findings;
/** @type {Finding|null} */
let shown = null;

/** What a finding calls an operation: "T3", or its line, or its place. */
function labelOf(operation) {
  const item = shown?.items.find((candidate) => candidate.operation === operation);
  return item?.label || (col.op_line[operation] ? `line ${col.op_line[operation]}` : `operation ${operation + 1}`);
}

/** Whether a row is of the client of another. */
function isOfProcess(op, other) { return col.op_process[op] === col.op_process[other]; }
