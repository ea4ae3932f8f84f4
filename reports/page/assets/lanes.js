// Where each node lies: servers one below the other, clients below them in narrow lanes, or in one when there are many.

const kStripsTop = 33;    // of a server's lane: its line, and what hangs from it
const kRoleStrip = 18;    // with the gap below
const kLineStrip = 20;
const kClientLane = 24;
const kManyClients = 8;

/** @typedef {{name: string, nodes: number[], y: number, height: number, client: boolean}} Lane */
/** @type {Lane[]} */
let lanes = [];
/** The y of a node's line, by node; NaN for a node without a lane. */
const lineY = new Float64Array(0x10000).fill(NaN);
let diagramHeight = 0;
let showClients = true;

/** How high the strips of a node in one group are. */
function stripsHeight(member) {
  return kRoleStrip + member.lines.length * kLineStrip;
}

function serverHeight(node) {
  const all = membersOfNode[node].reduce((sum, member) => sum + stripsHeight(member), 0);
  return kStripsTop + Math.max(all, kRoleStrip + kLineStrip) + 3;
}

/** The members of a node with the y of their strips. @returns {[Member, number][]} */
function stripsOf(node) {
  let y = lineY[node] + kStripsTop - 20;
  return membersOfNode[node].map((member) => {
    const at = y;
    y += stripsHeight(member);
    return [member, at];
  });
}

function layOutLanes() {
  const used = data.nodes.map((_, node) => node).filter((node) => speaks[node] || !isClient[node]);
  const servers = used.filter((node) => !isClient[node]);
  const clients = used.filter((node) => isClient[node]);
  lanes = servers.map((node) => ({name: data.nodes[node], nodes: [node], y: 0, height: serverHeight(node), client: false}));
  if (showClients && clients.length > kManyClients) {
    lanes.push({name: `${clients.length} clients`, nodes: clients, y: 0, height: kClientLane * 1.5, client: true});
  } else if (showClients) {
    for (const node of clients) {
      lanes.push({name: data.nodes[node], nodes: [node], y: 0, height: kClientLane, client: true});
    }
  }
  lineY.fill(NaN);
  let y = kAxis + bandRows * kBandRow + 10;
  for (const lane of lanes) {
    lane.y = y;
    for (const node of lane.nodes) lineY[node] = y + (lane.client ? lane.height / 2 : 20);
    y += lane.height;
  }
  diagramHeight = y + 6;
}

/** @returns {Lane|undefined} */
function laneAt(y) {
  return lanes.find((lane) => y >= lane.y && y < lane.y + lane.height);
}

function drawLaneLines(g) {
  g.lineWidth = 1;
  for (const lane of lanes) {
    const y = Math.round(lineY[lane.nodes[0]]) + 0.5;
    g.strokeStyle = colour.faint;
    g.globalAlpha = 0.7;
    g.beginPath();
    g.moveTo(kGutter, y);
    g.lineTo(view.width - kRight, y);
    g.stroke();
    g.globalAlpha = 1;
  }
}

/** Names at the left, with what each node was at the cursor (or at the end of the window). */
function drawLaneNames(g) {
  const time = Number.isNaN(view.cursor) ? Math.min(view.t1, endTime) : view.cursor;
  g.fillStyle = colour.card;
  g.fillRect(0, kAxis, kGutter - 1, diagramHeight);
  g.textAlign = "left";
  g.textBaseline = "middle";
  for (const lane of lanes) {
    const y = lineY[lane.nodes[0]];
    g.font = lane.client ? font.text : font.bold;
    g.fillStyle = lane.client ? colour.muted : colour.fg;
    g.fillText(fitText(g, lane.name, kGutter - 16), 2, y);
    if (lane.client) continue;
    g.font = font.small;
    for (const [member, top] of stripsOf(lane.nodes[0])) {
      const of = member.name ? `${member.name}: ` : "";
      const role = valueAt(member.strips[0], time);
      const said = role < 0 ? ["no role known"] : [roleName(member.service, role),
        ...labelsAt(member, time).map(([name, value]) => `${name} ${value}`)];
      g.fillStyle = colour.muted;
      g.fillText(fitText(g, of + said.join(", "), kGutter - 10), 2, top + 5);
      g.fillStyle = colour.faint;
      member.lines.forEach((strip, i) => {
        const value = Math.max(0, valueAt(strip, time));
        g.fillText(fitText(g, `${strip.name} ${value}`, kGutter - 10), 2, top + kRoleStrip + i * kLineStrip + 3);
      });
    }
  }
}
