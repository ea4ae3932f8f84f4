// Opens reports in a headless Chromium and asks the page itself. Needs Node.js and Chromium, nothing from a registry:
//   WT_TEST_REPORTS=build/release/tests/test_reports node --test tests/browser/report_test.mjs
// Skipped, with the reason, where one of them is missing.
import assert from "node:assert/strict";
import {execFileSync, spawnSync} from "node:child_process";
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const writer = process.env.WT_TEST_REPORTS ?? "";
const missing = !existsSync(chromium) ? `no Chromium at ${chromium}`
  : !existsSync(writer) ? "WT_TEST_REPORTS does not name the unit tests of reports" : false;
const folder = mkdtempSync(join(tmpdir(), "windtunnel-browser-"));

before(() => {
  if (missing) return;
  execFileSync(writer, ["--gtest_filter=*.WritesPagesForTheBrowserTest"],
               {env: {...process.env, WT_BROWSER_PAGES: folder}, stdio: "ignore"});
});
after(() => rmSync(folder, {recursive: true, force: true}));

/** The page's document after its script has run, and what Chromium complained about. */
function open(page, hash = "") {
  const result = spawnSync(chromium, [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--virtual-time-budget=2000",
    `--user-data-dir=${join(folder, "profile")}`, "--dump-dom", `file://${join(folder, page)}${hash}`,
  ], {encoding: "utf8", maxBuffer: 1 << 28, timeout: 60_000});
  const complaints = result.stderr.split("\n").filter((line) => line.includes("CONSOLE"));
  return {dom: result.stdout, complaints};
}

/** The page after somebody typed a filter above its list. */
function openFiltered(page, words) {
  const typed = `const input = document.getElementById("filter"); input.value = ${JSON.stringify(words)};
    input.dispatchEvent(new Event("input"));`;
  writeFileSync(join(folder, `filtered-${page}`), `${readFileSync(join(folder, page), "utf8")}<script>${typed}</script>`);
  return open(`filtered-${page}`);
}

/** The text of the element with this id, without its markup. */
function textOf(dom, id) {
  const from = dom.indexOf(`id="${id}"`);
  assert.ok(from > 0, `there is an element ${id}`);
  return dom.slice(from, from + 6000).replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

test("the page opens at the violation", {skip: missing}, () => {
  const {dom, complaints} = open("run.html");
  assert.deepEqual(complaints, []);
  assert.match(textOf(dom, "bar"), /FAIL leader-partition seed 42/);
  assert.match(textOf(dom, "inspector"), /linearizable is violated/);
  assert.match(textOf(dom, "event-rows"), /linearizable is violated/);
  assert.match(dom, /<svg[^]*class="node[^]*<\/svg>/);
});

test("a link selects its event", {skip: missing}, () => {
  const {dom, complaints} = open("run.html", "#e=3&t=0..0.01");
  assert.deepEqual(complaints, []);
  assert.match(textOf(dom, "inspector"), /event 3 · n2 at 0.000000 s starts/);
});

test("a part of a run says what it leaves out", {skip: missing}, () => {
  const {dom, complaints} = open("part.html");
  assert.deepEqual(complaints, []);
  assert.match(textOf(dom, "left-out"), /This page holds 1000 of the run's/);
});

test("an empty run opens", {skip: missing}, () => {
  const {dom, complaints} = open("empty.html");
  assert.deepEqual(complaints, []);
  assert.match(textOf(dom, "inspector"), /Nothing selected/);
});

test("a history opens at its witness", {skip: missing}, () => {
  const {dom, complaints} = open("history.html");
  assert.deepEqual(complaints, []);
  assert.match(textOf(dom, "bar"), /VIOLATED h\.edn register/);
  assert.match(textOf(dom, "story"), /process 1 read -&gt; 1/);
  assert.match(textOf(dom, "event-rows"), /no answer/);
});

test("a filter leaves what has its words", {skip: missing}, () => {
  for (const [page, words, count, row] of [
    ["run.html", "node=n1 kind=start", /1 of [\d,]+/, /n1 starts/],
    ["history.html", "process=1 f=read outcome=ok", /1 of 5/, /read → 1 ok/],
    ["history.html", "process=7", /0 of 5/, /^id="event-rows"[^>]*>\s*This report/],
  ]) {
    const {dom, complaints} = openFiltered(page, words);
    assert.deepEqual(complaints, []);
    assert.match(textOf(dom, "filter-count"), count, `${page} ${words}`);
    assert.match(textOf(dom, "event-rows"), row, `${page} ${words}`);
  }
});

test("what comes from the run is text", {skip: missing}, () => {
  const {dom, complaints} = open("hostile.html");
  assert.deepEqual(complaints, []);
  assert.doesNotMatch(dom, /<img/);
  assert.match(textOf(dom, "bar"), /&lt;\/script&gt;&lt;img src=x onerror=alert\(1\)&gt;/i);
});
