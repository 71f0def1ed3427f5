/**
 * The style sheet of the report: no fonts or pictures from elsewhere, light and dark after the
 * reader's setting, always light on paper. Text contrast is at least 4.5 : 1 in both.
 */
export const style = `
:root { color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f7f9; --ink: #1b2230; --muted: #586173; --line: #d9dde4; --grid: #e7eaef;
  --good: #1a7034; --good-bg: #e4f4e8; --caution: #855300; --caution-bg: #fdf1d8; --bad: #b3261e; --bad-bg: #fce8e6; --mid-bg: #f1f4d3;
  --s0: #0b62a8; --s1: #b8500a; --s2: #7a3aa8; --s3: #586173;
  --q0: #0d0887; --q1: #5302a3; --q2: #8b0aa5; --q3: #b83289; --q4: #db5c68; --q5: #d9701f; --q6: #b27d00; --q7: #7c8a00; }
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #12161d; --panel: #1a2029; --ink: #e6e9ef; --muted: #a0a9b8; --line: #333c4a; --grid: #262d38;
  --good: #6bd48a; --good-bg: #16301e; --caution: #f0c060; --caution-bg: #362a10; --bad: #ff8a80; --bad-bg: #3d1a18; --mid-bg: #262f14;
  --s0: #6cb6ff; --s1: #ffa057; --s2: #cf9bff; --s3: #a0a9b8;
  --q0: #8f8cff; --q1: #a988ff; --q2: #cc7dff; --q3: #f07fd0; --q4: #ff8f8f; --q5: #ffa860; --q6: #f0c443; --q7: #d3e04d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 2px; }
h2 { font-size: 19px; margin: 36px 0 6px; }
p { margin: 0 0 10px; max-width: 78ch; }
.sub, .note { color: var(--muted); font-size: 13.5px; }
.sub { margin-bottom: 18px; max-width: none; }
.headline { max-width: none; border-left: 5px solid currentColor; border-radius: 4px; padding: 12px 16px; margin: 0 0 18px; font-size: 17px; line-height: 1.4; }
.headline .text { color: var(--ink); }
.word { font-weight: 700; letter-spacing: .03em; margin-right: 10px; }
.good { color: var(--good); } .caution { color: var(--caution); } .bad { color: var(--bad); }
.headline.good { background: var(--good-bg); } .headline.caution { background: var(--caution-bg); } .headline.bad { background: var(--bad-bg); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 10px; margin: 0 0 18px; }
.tile { background: var(--panel); border-radius: 6px; padding: 10px 14px; }
.tile dt { color: var(--muted); font-size: 13px; }
.tile dd { margin: 0; font-size: 18px; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile dd.unusable { color: var(--muted); font-weight: 400; }
.tile dd small { font-size: 13px; font-weight: 400; color: var(--muted); }
.concerns { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 0 36px; font-size: 14px; }
.concerns h2 { font-size: 16px; margin-top: 18px; }
ul { margin: 0 0 10px; padding-left: 20px; max-width: 100ch; }
li { margin: 2px 0; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px 22px; }
.charts.three { grid-template-columns: repeat(3, minmax(0, 1fr)); }
.charts.four { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 14px 16px; }
.charts .wide { grid-column: 1 / -1; }
figure { margin: 0; break-inside: avoid; }
figcaption { font-weight: 600; font-size: 14.5px; margin-bottom: 2px; }
h3 { font-size: 15.5px; margin: 10px 0 2px; } h3 span { display: block; font-weight: 400; color: var(--muted); font-size: 13px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 4px; font-size: 13px; max-width: none; } .legend svg { vertical-align: -1px; overflow: visible; }
figcaption span { display: block; font-weight: 400; color: var(--muted); font-size: 13px; }
.chart { display: block; width: 100%; height: auto; overflow: visible; font-size: 12px; }
/* Text in a chart shrinks with it. No text is lower than 11 px: long charts are moved sideways. */
/* Nor does it grow without end where a chart has a whole tablet's width for itself. */
.w520 .chart { max-width: 640px; }
.plot.w940 { overflow-x: auto; } .w940 .chart { min-width: 862px; }
.chart text { fill: var(--muted); font-variant-numeric: tabular-nums; }
.chart .end { fill: var(--c, var(--ink)); font-weight: 600; }
.grid { stroke: var(--grid); } .axis { stroke: var(--muted); } .shade { fill: var(--panel); } .shade.held { fill: var(--caution); opacity: .16; }
.mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 4 3; opacity: .75; }
.chart .named { fill: var(--ink); font-size: 11px; }
.edge { stroke: var(--muted); stroke-width: .8; opacity: .55; }
.edge.missing, .edge.extra { stroke: var(--bad); stroke-width: 2; opacity: 1; }
.edge.missing { stroke-dasharray: 5 4; }
.reference { stroke: var(--muted); stroke-dasharray: 2 3; }
.stroke { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
.thin .stroke { stroke-width: 1.4; }
.stroke.dashed { stroke-dasharray: 5 4; }
.whisker { fill: none; stroke: var(--c); stroke-width: 7; opacity: .3; }
.band { fill: var(--c); opacity: .16; }
.dot { fill: var(--c); stroke: var(--paper); stroke-width: .8; }
.dot.hollow { fill: var(--paper); stroke: var(--c); stroke-width: 1.5; }
${['s0', 's1', 's2', 's3', 'q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7']
  .map((tone) => `.${tone} { --c: var(--${tone}); }`)
  .join(' ')}
.scroll { overflow-x: auto; margin: 0 0 8px; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; width: 100%; }
caption { text-align: left; color: var(--muted); font-size: 13px; padding: 0 0 4px; }
caption span, td.prose span { position: sticky; left: 0; display: inline-block; max-width: calc(100vw - 40px); }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
th { font-weight: 600; border-bottom: 2px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
td small { display: block; color: var(--muted); font-size: 11.5px; }
td.prose { text-align: left; white-space: normal; font-size: 12.5px; padding-top: 0; }
tr.explained td { border-bottom: 0; padding-bottom: 2px; }
tr.excluded td, td.unusable { color: var(--muted); }
th.verdict, td.verdict { font-weight: 600; text-align: left; }
th.lead, td.lead { text-align: left; }
td.off, small.off { color: var(--bad); font-weight: 600; } td.off small { font-weight: 400; }
.free { max-width: none; }
table.matrix { width: auto; } table.matrix th { font-weight: 600; border-bottom: 1px solid var(--line); }
table.matrix th[scope="row"] { text-align: left; }
table.matrix td, table.matrix th { padding: 4px 9px; } table.matrix td { border: 1px solid var(--paper); min-width: 58px; }
table.matrix td.near, .key.near { background: var(--good-bg); }
table.matrix td.mid, .key.mid { background: var(--mid-bg); }
table.matrix td.edge, .key.edge { background: var(--caution-bg); }
table.matrix td.off, .key.off { background: var(--bad-bg); }
.key { display: inline-block; padding: 0 7px; border-radius: 3px; color: var(--ink); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 3px 18px; margin: 0; font-size: 14px; }
dl.facts dt { color: var(--muted); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
dl.terms { columns: 2 320px; column-gap: 36px; margin: 0; }
dl.terms dt { font-weight: 600; margin-top: 8px; font-size: 14px; break-after: avoid; } dl.terms dd { margin: 0; font-size: 14px; break-inside: avoid; }
pre { background: var(--panel); border-radius: 6px; padding: 12px 14px; overflow-x: auto; font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
footer { margin-top: 44px; color: var(--muted); font-size: 13px; }
@media (max-width: 1020px) { .charts { grid-template-columns: minmax(0, 1fr); } .charts.three, .charts.four { grid-template-columns: repeat(auto-fill, minmax(257px, 1fr)); } }
@media (max-width: 520px) { .w520 .chart { font-size: 18px; } }
@media print {
  @page { size: A4; margin: 14mm 12mm; }
  :root { color-scheme: light; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  h2, .note, tr.explained { break-after: avoid; } h2 { margin-top: 22px; } .whole { break-inside: avoid; } tr, .tile, .headline { break-inside: avoid; }
  .headline, .tile, pre, .band, .shade, .key, table.matrix td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .headline { border: 1px solid; border-left-width: 5px; }
  .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); } .charts.three, .charts.four { grid-template-columns: repeat(3, minmax(0, 1fr)); } table.matrix td { min-width: 0; }
  .scroll, .plot.w940 { overflow: visible; } .w940 .chart { min-width: 0; } caption span, td.prose span { max-width: none; } table { font-size: 7.6pt; } th, td { padding: 2px 4px; } td small { font-size: 6.6pt; }
  .tiles { grid-template-columns: repeat(3, 1fr); gap: 6px; } .tile { padding: 5px 9px; } .tile dd { font-size: 12pt; } .tile dt { font-size: 8.5pt; }
  dl.facts, dl.terms dt, dl.terms dd, .concerns { font-size: 9pt; }
  pre { white-space: pre-wrap; font-size: 8pt; }
  td.prose { font-size: 7.2pt; }
}
`;
