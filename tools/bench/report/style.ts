export const STYLE = `
:root { color-scheme: light; }
body { margin: 0; background: #f6f7f9; color: #1d2433; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 820px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 0 0 4px; }
section { background: #fff; border: 1px solid #e3e6ec; border-radius: 8px; padding: 18px 20px; margin-top: 18px; }
.about { color: #5b6577; margin: 0 0 10px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 5px 8px; border-bottom: 1px solid #eef0f4; white-space: nowrap; }
th { color: #5b6577; font-weight: 500; }
th:first-child, td:first-child { text-align: left; white-space: normal; padding-left: 0; }
.met { color: #14723a; font-weight: 600; }
.missed { color: #b3261e; font-weight: 600; }
svg { display: block; width: 100%; height: auto; margin-top: 8px; }
svg text { font: 13px system-ui, sans-serif; fill: #1d2433; }
svg .group { font-weight: 600; }
svg .label { text-anchor: end; fill: #3d4658; }
svg .figure { fill: #3d4658; }
.legend { margin: 0; color: #3d4658; font-size: 13px; }
.legend span { margin-right: 16px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
ul { margin: 6px 0 0; padding-left: 20px; }
`;
