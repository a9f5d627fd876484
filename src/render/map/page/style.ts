// The style of a map's page: light and dark, wide and narrow, on screen and on paper.
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfcfe; --card: #ffffff; --ink: #14202e; --soft: #55657a; --line: #d9e0ea; --hover: #eef3fa;
  --accent: #0b63c5; --all: #c2410c; --all-bg: #ffe2cc; --some: #0f6b5c; --some-bg: #cdeee6;
  --depends: #6b3fa0; --depends-bg: #e8defa; --none: #7b8898; --mixed: #9cc9f5; --focus: #0b63c5;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) {
    --paper: #0e141c; --card: #151d28; --ink: #e6edf5; --soft: #9fb0c4; --line: #2a3646; --hover: #1d2836;
    --accent: #6cb2ff; --all: #ffb27d; --all-bg: #55290f; --some: #7fe0cd; --some-bg: #0f4238;
    --depends: #cdb4ff; --depends-bg: #3a2763; --none: #76869b; --mixed: #1d4f80; --focus: #6cb2ff;
  }
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] {
  color-scheme: dark;
  --paper: #0e141c; --card: #151d28; --ink: #e6edf5; --soft: #9fb0c4; --line: #2a3646; --hover: #1d2836;
  --accent: #6cb2ff; --all: #ffb27d; --all-bg: #55290f; --some: #7fe0cd; --some-bg: #0f4238;
  --depends: #cdb4ff; --depends-bg: #3a2763; --none: #76869b; --mixed: #1d4f80; --focus: #6cb2ff;
}
[hidden] { display: none !important; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header, main, footer { max-width: 1500px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 26px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: -0.02em; }
h2 { font-size: 17px; margin: 0 0 8px; }
h3 { font-size: 13px; margin: 16px 0 4px; color: var(--soft); font-weight: 600; }
.sub { color: var(--soft); margin: 4px 0 18px; }
.top { display: flex; gap: 16px; align-items: flex-start; justify-content: space-between; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0 0 18px; padding: 0; list-style: none; }
.facts li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 10px 14px; }
.facts b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.facts span { color: var(--soft); font-size: 13px; }
.bar { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; position: sticky; top: 0; z-index: 6; padding: 10px 0;
  background: var(--paper); border-bottom: 1px solid var(--line); margin-bottom: 16px; }
.bar label { display: grid; gap: 3px; font-size: 12px; color: var(--soft); }
.bar .grow { flex: 1 1 220px; }
input, select, button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px; }
input { width: 100%; }
button { cursor: pointer; }
button:hover, select:hover { background: var(--hover); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
[role="tablist"] { display: flex; }
[role="tab"] { border-radius: 0; margin-left: -1px; }
[role="tab"]:first-child { border-radius: 8px 0 0 8px; margin-left: 0; }
[role="tab"]:last-child { border-radius: 0 8px 8px 0; }
[role="tab"][aria-selected="true"] { background: var(--accent); border-color: var(--accent); color: var(--paper); }
.body { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 20px; align-items: start; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
aside.card { position: sticky; top: 84px; max-height: calc(100vh - 100px); overflow: auto; overflow-wrap: anywhere; }
.scroll { overflow: auto; max-height: calc(100vh - 130px); }
.scroll.card { padding: 0; }
.key { display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 0 0 10px; color: var(--soft); font-size: 13px; }
.key i { font-style: normal; display: inline-grid; place-items: center; width: 22px; height: 22px; margin-right: 6px; border-radius: 6px; }
.all { background: var(--all-bg); color: var(--all); }
.some { background: var(--some-bg); color: var(--some); }
.depends { color: var(--depends); background: repeating-linear-gradient(45deg, var(--depends-bg) 0 4px, transparent 4px 7px); }

.mixed { background: color-mix(in srgb, var(--mixed) var(--share, 50%), transparent); color: var(--ink); font-size: 11px; font-variant-numeric: tabular-nums; }
.none { color: var(--none); }
table { border-collapse: separate; border-spacing: 0; }
.matrix { font-size: 13px; }
.matrix th { font-weight: 500; background: var(--card); }
.matrix thead th { position: sticky; top: 0; z-index: 2; vertical-align: bottom; padding: 8px 0; border-bottom: 1px solid var(--line); }
.matrix thead th > div { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 240px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; margin: 0 auto; }
.matrix thead th:first-child { left: 0; z-index: 4; padding: 8px 12px; text-align: left; color: var(--soft); }
.matrix tbody th { position: sticky; left: 0; z-index: 1; text-align: left; white-space: nowrap; max-width: 300px; overflow: hidden;
  text-overflow: ellipsis; padding: 0 12px; border-right: 1px solid var(--line); }
.matrix .ns { color: var(--soft); }
.matrix .first > * { border-top: 1px solid var(--line); }
.matrix .edge { border-left: 1px solid var(--line); }
.matrix td { padding: 2px; cursor: pointer; }
.matrix td i { display: grid; place-items: center; font-style: normal; min-width: 26px; height: 26px; border-radius: 7px; white-space: nowrap; }
.matrix td:hover i, .matrix td[aria-selected="true"] i { box-shadow: 0 0 0 2px var(--accent); }
.matrix.roomy { width: 100%; }
.matrix.roomy thead th > div { writing-mode: horizontal-tb; transform: none; max-width: 190px; padding: 0 6px; }
.matrix.roomy td { padding: 3px; }
.matrix.roomy td i { height: 34px; padding: 0 6px; }
.matrix.roomy tbody th { padding: 0 14px; }
.matrix tr:hover th, .matrix th.lit { background: var(--hover); }
.matrix th button { all: unset; cursor: pointer; }
.matrix th button:hover { text-decoration: underline; }
.matrix th button:focus-visible { outline: 2px solid var(--focus); border-radius: 4px; }
.list { width: 100%; }
.list th { text-align: left; position: sticky; top: 0; background: var(--card); color: var(--soft); font-weight: 600; font-size: 13px; padding: 10px 14px; border-bottom: 1px solid var(--line); }
.list td { padding: 8px 14px; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.list tr:last-child td { border-bottom: 0; }
.list tbody tr { cursor: pointer; }
.list tbody tr:hover td { background: var(--hover); }
.tag { display: inline-block; border-radius: 6px; padding: 1px 8px; font-variant-numeric: tabular-nums; }
.tag.depends { background: var(--depends-bg); }
.note { color: var(--soft); font-size: 13px; }
dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; }
dt { color: var(--soft); }
dd { margin: 0; }
ul.plain { list-style: none; margin: 0; padding: 0; }
ul.plain li { padding: 3px 0; }
.empty { padding: 30px; text-align: center; color: var(--soft); }
footer { color: var(--soft); font-size: 13px; padding-top: 20px; padding-bottom: 30px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 8px; top: 8px; background: var(--card); padding: 8px; z-index: 9; }
@media (max-width: 900px) {
  header, main, footer { padding-left: 12px; padding-right: 12px; }
  .body { grid-template-columns: minmax(0, 1fr); }
  .bar { position: static; }
  aside.card { position: static; max-height: none; }
  .matrix tbody th { max-width: 150px; }
}
@media print {
  .bar, aside, .skip { display: none; }
  .scroll { max-height: none; overflow: visible; }
  .body { display: block; }
}
`
