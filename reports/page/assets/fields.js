// The words of a record, decoded when somebody looks, and the sentences made of them: reports/words/vocabulary.cpp has the
// table, reports/page/event_columns.cpp the encoding.

const kRowsPerOffset = 64;
const kindSpecs = new Map(data.kinds.map((spec) => [spec.kind, spec]));
const kUnknownSpec = {
  name: "unknown", category: "detail", sentence: "{kind}: {a}, {b}, {c}, {d}",
  fields: [["a", "a", "number"], ["b", "b", "number"], ["c", "c", "number"], ["d", "d", "number"]],
};

function specOf(row) {
  return kindSpecs.get(col.kind[row]) ?? kUnknownSpec;
}

const kPhases = ["faults", "healed", "end"];
const kOutcomes = ["ok", "fail", "info"];
const kCrashes = ["process", "power loss", "gave up"];

let wordsAt = 0;
function readByte() { return col.words[wordsAt++]; }
/** @returns {bigint} */
function readVarint() {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = readByte();
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return value;
  }
}
function skipVarint() {
  while (readByte() >= 128) { /* until the last byte */ }
}

/** @returns {{a: bigint, b: bigint, c: bigint, d: bigint, cause: number, group: bigint, life: bigint}} */
function wordsOf(row) {
  wordsAt = col.words_at[Math.floor(row / kRowsPerOffset)];
  for (let skipped = row % kRowsPerOffset; skipped > 0; --skipped) {
    const mask = readByte();
    for (const bit of [1, 2, 4, 8, 32, 64, 128]) if (mask & bit) skipVarint();
  }
  const mask = readByte();
  const words = {a: 0n, b: 0n, c: 0n, d: 0n, cause: 0, group: 0n, life: 0n};
  ["a", "b", "c", "d"].forEach((name, i) => { if (mask >> i & 1) words[name] = readVarint(); });
  words.cause = mask & 32 ? Number(readVarint()) : col.cause[row] ? numberOf(col.cause[row] - 1) : 0;
  if (mask & 64) words.group = readVarint();
  if (mask & 128) words.life = readVarint();
  if (mask & 16) {
    const sent = wordsOf(col.origin[row] - 1);
    words.a = sent.a;
    words.c = sent.c;
    words.d = sent.d;
  }
  return words;
}

function nodeName(node) {
  return data.nodes[node] ?? (node === 0xffff || node === 0xffffffff ? "-" : `node ${node}`);
}

function nodeSet(word) {
  const names = [];
  for (let i = 0; i < 64; ++i) if (word >> BigInt(i) & 1n) names.push(nodeName(i));
  return names.length ? names.join(", ") : "no node";
}

/** @param {string} type a field type @param {bigint} word @param {number} service whose roles are meant; -1: nobody's */
function fieldText(type, word, service = -1) {
  const small = Number(word);
  switch (type) {
    case "hex": return word.toString(16).padStart(16, "0");
    case "name": return small === 0 ? "" : data.names[word.toString()] ?? word.toString(16).padStart(16, "0");
    case "node": return nodeName(small);
    case "voter": return small === 0 ? "nobody" : nodeName(small - 1);
    case "endpoint": return nodeName(Number(word >> 16n));
    case "duration":
    case "offset": return durationText(Number(BigInt.asIntN(64, word)));
    case "signed": return BigInt.asIntN(64, word).toString();
    case "role": return data.services[service]?.roles[small]?.name ?? word.toString();
    case "outcome": return kOutcomes[small] ?? word.toString();
    case "drop": return data.drops[small] ?? word.toString();
    case "crash": return kCrashes[small] ?? word.toString();
    case "error": return data.errors[small] ?? word.toString();
    case "extent": return `file ${word >> 40n}, ${word & 0xffffffffffn} bytes`;
    case "nodes": return nodeSet(word);
    case "truth": return word === 0n ? "no" : "yes";
    case "phase": return kPhases[small] ?? word.toString();
    default: return word.toString();
  }
}

function wordOf(row, words, source) {
  if (source === "aux") return BigInt(col.aux[row]);
  if (source === "low") return words.c & 255n;
  if (source === "rest") return words.c >> 8n;
  return words[source];
}

/** Names, texts and types of the fields of `row`. */
function fieldsOf(row, words = wordsOf(row)) {
  const spec = specOf(row);
  return spec.fields.map(([name, source, type]) => {
    const word = wordOf(row, words, source);
    const text = type === "message" ? data.messages[col.type[row]] : fieldText(type, word, spec.service);
    return {name, type, word, text};
  });
}

/** "sends append to n2" */
function sentenceOf(row) {
  const spec = specOf(row);
  if (!spec.sentence.includes("{")) return spec.sentence;
  const fields = fieldsOf(row);
  return spec.sentence.replace(/\{([^}]*)\}/g, (_, name) =>
    fields.find((field) => field.name === name)?.text ?? `record kind ${col.kind[row]}`).trim();
}

/** What the service says about a message's bytes; empty when it says nothing. */
function contentOf(row) {
  for (const at of [row, col.origin[row] - 1]) {
    const i = at < 0 ? -1 : lowerBound(col.content_row, at);
    if (i >= 0 && col.content_row[i] === at) return textOf(col.content_text[i]);
  }
  return "";
}
