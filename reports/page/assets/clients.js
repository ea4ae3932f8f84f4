// What the clients of a run saw, below its nodes: an operation leads to its records.

if (opCount === 0) byId("history-block").hidden = true;
makeOperationsNavigable((op) => {
  if (op < 0) return clearSelection();
  const row = (col.op_completed[op] || col.op_invoked[op]) - 1;
  if (row >= 0) select(row);
});
