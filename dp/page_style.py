"""The style of the release page: light, dark, narrow and printed."""

STYLE = """
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f26;--soft:#525b68;--line:#d5dae1;--link:#0b57b0;
--bar:#5b9bd5;--whisker:#1b1f26;--good:#0a6b4f;--hold:#fff4dc;--hold-line:#c98a00;--screen:#fff;--bezel:#39414c;
--h1:#dbe9f6;--h2:#bad6eb;--h3:#89bedc;--h4:#539ecd;--h5:#2b7bba;--h6:#0b559f;--h7:#08306b}
@media (prefers-color-scheme:dark){:root{--bg:#14171c;--card:#1d2229;--ink:#e8ebf0;--soft:#aab3bf;--line:#39414c;
--link:#8cc2ff;--bar:#3f7fbd;--whisker:#e8ebf0;--good:#6fd3ae;--hold:#33290f;--hold-line:#d9a32b;--screen:#10141a;
--bezel:#6b7685;--h1:#12304f;--h2:#174571;--h3:#1f5e97;--h4:#2f7dbf;--h5:#579fd9;--h6:#8fc3ec;--h7:#d6ebfb}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
footer{padding-bottom:2rem;color:var(--soft)}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:1.75rem 0 .75rem}
h3{font-size:1.1rem;margin:0;overflow-wrap:anywhere}
h4{font-size:.95rem;margin:1rem 0 .25rem}
p{max-width:75ch}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--link);outline-offset:3px}
.about,.soft{color:var(--soft);margin:0}
.figures{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0 0}
.figures div,article{background:var(--card);border:1px solid var(--line);border-radius:.5rem}
.figures div{padding:.6rem 1rem;flex:1 1 auto}
.figures dt{color:var(--soft);font-size:.875rem}
.figures dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums}
article{padding:1rem 1.25rem;margin:0 0 1rem;break-inside:avoid}
article.held{border-left:.4rem solid var(--hold-line);background:var(--hold)}
article.held p{margin:.25rem 0}
figure{margin:.75rem 0}
figcaption{color:var(--soft);font-size:.875rem;max-width:75ch}
svg{display:block;width:100%;height:auto;max-width:60rem}
svg text{fill:var(--ink);font:13px system-ui,sans-serif;font-variant-numeric:tabular-nums}
svg .soft{fill:var(--soft)}
.bar{fill:var(--bar)}
.whisker,.axis{stroke:var(--whisker);stroke-width:1.5;fill:none}
.axis{stroke:var(--soft);stroke-width:1}
.screen{fill:var(--screen);stroke:var(--bezel);stroke-width:6}
.stand{fill:var(--bezel)}
.h1{fill:var(--h1)}.h2{fill:var(--h2)}.h3{fill:var(--h3)}.h4{fill:var(--h4)}.h5{fill:var(--h5)}.h6{fill:var(--h6)}
.h7{fill:var(--h7)}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem}
th,td{text-align:left;font-weight:400;padding:.25rem 1rem .25rem 0;border-top:1px solid var(--line);vertical-align:top}
th{color:var(--soft);white-space:nowrap}
td{overflow-wrap:anywhere}
tr:first-child th,tr:first-child td{border-top:0}
.n{text-align:right;font-variant-numeric:tabular-nums}
details{margin-top:.5rem}
summary{cursor:pointer;color:var(--link)}
ul{padding-left:1.25rem;max-width:75ch;margin:.25rem 0}
.todo{color:var(--soft);font-style:italic}
@media (max-width:40rem){header,main,footer{padding-left:.75rem;padding-right:.75rem}article{padding:.75rem}
th{white-space:normal}figure{overflow-x:auto}svg{min-width:34rem}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--hold:#fff}
details>*{display:block}.bar,.h1,.h2,.h3,.h4,.h5,.h6,.h7{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
