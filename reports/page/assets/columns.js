// The data of the page: a JSON text of what is small, and typed columns of what is large.

/** @param {string} text @returns {Uint8Array} */
function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const kTypes = {Float64Array, Uint32Array, Uint16Array, Uint8Array};

/** A column of varints: plain numbers, zigzag steps from the value before, or distances back from the position. */
function unpack(bytes, at, out, coding) {
  let before = 0;
  for (let i = 0; i < out.length; ++i) {
    let byte = bytes[at++];
    let value = byte & 127;
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++];
      value += (byte & 127) * scale;
    }
    if (coding === 1) out[i] = value;
    else if (coding === 2) out[i] = before += value % 2 ? -(value + 1) / 2 : value / 2;
    else out[i] = value === 0 ? 0 : i + 1 - value;
  }
  return out;
}

/** @returns {Object<string, any>} a typed array for each name */
function readColumns(directory) {
  const element = byId("wt-columns");
  const bytes = fromBase64(element.textContent.trim());
  element.textContent = "";  // the text is as large as the columns
  const columns = {};
  for (const [name, {type, offset, count, coding}] of Object.entries(directory)) {
    columns[name] = coding ? unpack(bytes, offset, new kTypes[type](count), coding)
                           : new kTypes[type](bytes.buffer, bytes.byteOffset + offset, count);
  }
  return columns;
}

const startedAt = performance.now();
/** What the C++ side wrote: reports/page/report_data.cpp, or history_data.cpp. */
const data = JSON.parse(byId("wt-data").textContent);
/** @type {Object<string, any>} */
const col = readColumns(data.columns);
const decodedAt = performance.now();

/** Where each text begins in col.text; one more than there are texts. */
const textFrom = new Uint32Array(col.text_size.length + 1);
for (let i = 0; i < col.text_size.length; ++i) textFrom[i + 1] = textFrom[i] + col.text_size[i];
const utf8 = new TextDecoder();

/** @param {number} number @returns {string} */
function textOf(number) {
  return utf8.decode(col.text.subarray(textFrom[number], textFrom[number + 1]));
}

/** The first index whose value is not below `value`. @param {ArrayLike<number>} sorted */
function lowerBound(sorted, value, from = 0, to = sorted.length) {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The index of the last value that is not above `value`; -1 when all are. */
function lastNotAfter(sorted, value) {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle] <= value) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
