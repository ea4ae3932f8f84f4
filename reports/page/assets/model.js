// What is derived once from the columns: categories by kind, who is a client, where messages cross.

const kind = {
  send: 1, deliver: 2, drop: 3, duplicate: 4, corrupt: 5, hold: 6, release: 7, streamReceive: 14, timer: 20,
  start: 40, crash: 41, pause: 42, resume: 43, faultBegin: 50, faultEnd: 51, faultBite: 52,
  invoke: 60, complete: 61, violation: 70, phase: 71,
};

/** The category of a kind, by kind. @type {string[]} */
const categoryOf = [];
for (const [number, spec] of kindSpecs) categoryOf[number] = spec.category;

/** Shapes in which events are drawn; the order is that of painting. */
const mark = {none: 0, minor: 1, disk: 2, state: 3, client: 4, fault: 5, node: 6, bad: 7};
const markOf = new Uint8Array(65536);
for (const [number, spec] of kindSpecs) {
  markOf[number] = {
    time: mark.minor, disk: mark.disk, state: mark.state, client: mark.client, fault: mark.fault,
    node: mark.node, property: mark.bad, stream: mark.minor,
  }[spec.category] ?? mark.none;
}
markOf[kind.phase] = mark.none;
// What happens as often as clients ask is weather, not news.
for (const [number, spec] of kindSpecs) if (spec.weight === "routine") markOf[number] = mark.minor;

/** For each block of rows, the earliest row that a message delivered in it came from. */
const kBlock = 4096;
const earliestOrigin = new Uint32Array(Math.ceil(rowCount / kBlock)).fill(0xffffffff);
const typeCounts = new Float64Array(256);
const isClient = new Uint8Array(0x10000);
const speaks = new Uint8Array(0x10000);
const occurs = new Uint8Array(0x10000);  // by kind
/** Rows of violations, ascending. @type {number[]} */
const violationRows = [];

for (let row = 0; row < rowCount; ++row) {
  const origin = col.origin[row];
  if (origin !== 0) {
    const block = (row / kBlock) | 0;
    if (origin - 1 < earliestOrigin[block]) earliestOrigin[block] = origin - 1;
  }
  const what = col.kind[row];
  occurs[what] = 1;
  speaks[col.node[row]] = 1;
  if (what === kind.send) ++typeCounts[col.type[row]];
  else if (what === kind.invoke) isClient[col.node[row]] = 1;
  else if (what === kind.violation) violationRows.push(row);
}
if (data.violation && data.violation.event) {
  const row = rowOfNumber(data.violation.event);
  if (row >= 0 && !violationRows.includes(row)) {
    violationRows.push(row);
    violationRows.sort((a, b) => a - b);
  }
}

// A violation that was found at the end of the run shows at the last answer of its witness.
if (violationRows.length === 0) {
  let latest = -1;
  col.op_witness.forEach((named, op) => {
    if (named) latest = Math.max(latest, (col.op_completed[op] || col.op_invoked[op]) - 1);
  });
  if (latest >= 0) violationRows.push(latest);
}

/** The end of the run in ns. */
const endTime = Math.max(1, data.duration, rowCount ? col.time[rowCount - 1] : 0);

/** Message types by how many there are. */
const messageTypes = Object.keys(data.messages).map(Number)
  .sort((a, b) => typeCounts[b] - typeCounts[a] || a - b);
/** The colour of a type, 0 to 6. */
const typeColour = new Uint8Array(256);
messageTypes.forEach((type, rank) => { typeColour[type] = Math.min(rank, 6); });
/** 1 for types that the reader has switched off. */
const hiddenType = new Uint8Array(256);

/**
 * What a node is in one of its groups, as strips: its role first, then the counters that its service shows. A strip
 * has times and values; a value below 0 is none.
 * @typedef {{name: string, line: boolean, times: Float64Array, values: Float64Array}} Strip
 * @typedef {{node: number, group: number, name: string, service: any, strips: Strip[]}} Member
 * @type {Member[]}
 */
const members = data.members.map((member) => {
  const service = data.services[member.service];
  const strips = [{name: "role", line: false}, ...service.strips].map((strip) => ({...strip, times: [], values: []}));
  return {...member, service, strips};
});
for (let i = 0; i < col.strip_time.length; ++i) {
  const strip = members[col.strip_member[i]].strips[col.strip_number[i]];
  strip.times.push(col.strip_time[i]);
  strip.values.push(col.strip_value[i]);
}
for (const member of members) {
  for (const strip of member.strips) {
    strip.times = Float64Array.from(strip.times);
    strip.values = Float64Array.from(strip.values);
  }
  member.labels = member.strips.slice(1).filter((strip) => !strip.line);
  member.lines = member.strips.filter((strip) => strip.line && strip.times.length > 0);
  // When its role or a number beside it changes.
  member.turns = Float64Array.from(new Set([member.strips[0], ...member.labels].flatMap((strip) => [...strip.times])))
    .sort();
}

/** The members of each node, by group. @type {Member[][]} */
const membersOfNode = data.nodes.map((_, node) =>
  members.filter((member) => member.node === node).sort((a, b) => a.group - b.group));

/** The value of a strip at a time; -1 while it has none. */
function valueAt(strip, time) {
  const at = lastNotAfter(strip.times, time);
  return at < 0 ? -1 : strip.values[at];
}

/** "leader" */
function roleName(service, role) {
  return service.roles[role]?.name ?? `role ${role}`;
}

/** "term 3" for each number beside the role. */
function labelsAt(member, time) {
  return member.labels.map((strip) => [strip.name, valueAt(strip, time)]).filter(([, value]) => value >= 0);
}
