// What node code said and printed: a list of its own, and beside the event that it came from.

const logLines = data.log.map(([after, cause, node, time, level, text]) => ({after, cause, node, time, level, text}));
const kShownLog = 2000;

function logItem(line) {
  return el("li", {},
    el("span", {className: "num", textContent: `${timeText(line.time)} `}),
    eventLink(line.after, nodeName(line.node)),
    el("span", {className: line.level === "error" || line.level === "warning" ? "bad" : "",
                textContent: ` ${line.level}: ${line.text}`}));
}

/** The lines that came from this event or right after it, for the inspector. */
function logOf(number) {
  return logLines.filter((line) => line.cause === number || line.after === number).slice(0, 50);
}

function buildLog() {
  const section = byId("log");
  section.hidden = logLines.length === 0;
  if (section.hidden) return;
  section.append(el("ol", {className: "log"}, ...logLines.slice(-kShownLog).map(logItem)));
}
