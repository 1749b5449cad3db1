"""The style of the contact sheet: light, dark, narrow and printed."""

STYLE = """
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f26;--soft:#525b68;--line:#d5dae1;--link:#0b57b0;
--text:#0b6bcb;--known:#7a3fc4;--pixels:#0a7a5a;--line-all:#5b6470;--unread:#a65300;--sticky:#3f6b00;--repair:#c01f3a;
--warn:#8a1020;--warn-ink:#fff;--hold:#fff4dc;--hold-line:#c98a00}
@media (prefers-color-scheme:dark){:root{--bg:#14171c;--card:#1d2229;--ink:#e8ebf0;--soft:#aab3bf;--line:#39414c;
--link:#8cc2ff;--hold:#33290f;--hold-line:#d9a32b}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
header,main,footer{max-width:90rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
footer{padding-bottom:2rem;color:var(--soft)}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:1.75rem 0 .75rem}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:3px}
.about,.name{color:var(--soft);margin:0;font-weight:400}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
.banner{background:var(--warn);color:var(--warn-ink);padding:1rem 1.25rem;font-size:1.15rem;text-align:center}
.figures{display:flex;flex-wrap:wrap;gap:.75rem;margin:0}
.figures div,article,.tables table{background:var(--card);border:1px solid var(--line);border-radius:.5rem}
.figures div{padding:.6rem 1rem;flex:1 1 auto}
dt{color:var(--soft);font-size:.875rem}
dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums}
.tables{display:flex;flex-wrap:wrap;gap:.75rem;align-items:flex-start;margin-top:.75rem}
.tables table{flex:1 1 16rem;max-width:40rem;border-collapse:separate;border-spacing:0;padding:.25rem .75rem .75rem}
table{border-collapse:collapse;font-size:.875rem;width:100%}
caption{text-align:left;font-weight:600;padding:.4rem 0}
.tables caption{padding:.6rem 0 .2rem .25rem}
th,td{text-align:left;font-weight:400;padding:.25rem .6rem .25rem .25rem;border-top:1px solid var(--line);
vertical-align:top;overflow-wrap:break-word}
thead th{color:var(--soft);border-top:0;overflow-wrap:normal}
.n{text-align:right;font-variant-numeric:tabular-nums}
article{padding:1rem;margin:0 0 1rem;scroll-margin-top:.5rem;break-inside:avoid}
.body{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1rem;margin-top:.75rem;align-items:start}
.pictures{display:grid;gap:.75rem}
figure{margin:0}
figure a{display:block;position:relative;line-height:0;border:1px solid var(--line);cursor:zoom-in}
figcaption{color:var(--soft);font-size:.875rem;padding-top:.25rem}
.before figcaption{color:#fff;background:var(--warn);padding:.1rem .5rem}
img{width:100%;height:auto;display:block}
svg{position:absolute;inset:0;width:100%;height:100%}
rect{fill:none;stroke:var(--c)}
text{fill:#fff;stroke:#111;paint-order:stroke;text-anchor:middle;font-weight:700;font-family:system-ui,sans-serif}
.text{--c:var(--text)}.known{--c:var(--known)}.pixels{--c:var(--pixels)}.line{--c:var(--line-all)}
.unread{--c:var(--unread)}.sticky{--c:var(--sticky)}.repair{--c:var(--repair)}
.key{background:var(--c);color:#fff;text-align:center;font-weight:700;padding:.25rem;width:2.25rem}
.regions{max-height:30rem;overflow:auto}
.regions table{min-width:26rem}
.small{display:none}
article:target .body{grid-template-columns:minmax(0,1fr)}
article:target .regions{max-height:none}
article:target .small{display:inline}
article:target figure a{cursor:default}
.withheld{border-left:.4rem solid var(--hold-line);background:var(--hold);padding:.75rem 1rem;margin-top:.5rem}
.withheld p{margin:0}
@media (max-width:60rem){.body{grid-template-columns:minmax(0,1fr)}
header,main,footer{padding-left:.75rem;padding-right:.75rem}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--hold:#fff;--link:#000}
.skip,.small{display:none}.regions{max-height:none;overflow:visible}.body{grid-template-columns:minmax(0,1fr)}
article{break-inside:auto}h3,figure,tr{break-inside:avoid;break-after:auto}h3{break-after:avoid}
.key,.banner,.before figcaption,img{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
