"""What the audit's page adds to the style of released statistics."""

from dp.page_style import STYLE as BASE

STYLE = (
    BASE
    + """
:root{--hold-ink:#8a5a00;--bad:#a8172c;--bad-bg:#fdecee;--ok-bg:#e6f4ee;
--typed:#0b6bcb;--field:#7a3fc4;--onscreen:#0a7a5a;--rail:#e8ebf0}
@media (prefers-color-scheme:dark){:root{--hold-ink:#e0b35c;--bad:#ff8e9b;--bad-bg:#3a1519;
--ok-bg:#12301f;--typed:#6db3ff;--field:#c39bff;--onscreen:#5fd1ad;--rail:#2b323b}}
header,main,footer{max-width:78rem}
nav{margin:1rem 0 0;font-size:.9rem}
nav a{margin-right:1.1rem;white-space:nowrap}
a{color:var(--link)}
h2{margin:2.25rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
.banner{background:#8a1020;color:#fff;padding:.9rem 1.25rem;font-size:1.1rem;text-align:center;margin:0;max-width:none}
.verdict{border-radius:.5rem;padding:1rem 1.25rem;margin:1.25rem 0 1rem;
border:1px solid var(--line);background:var(--card)}
.verdict strong{font-size:1.35rem;display:block;line-height:1.3}
.verdict p{margin:.35rem 0 0;max-width:none}
.verdict table{margin-top:.6rem}.verdict caption{text-align:left;padding-bottom:.2rem}
.held{color:var(--hold-ink);width:3rem}
.verdict.bad{background:var(--bad-bg);border-color:var(--bad)}
.verdict.bad strong{color:var(--bad)}
.verdict.ok{background:var(--ok-bg);border-color:var(--good)}
.verdict.ok strong{color:var(--good)}
.figures div{min-width:9.5rem;flex:1 1 9.5rem}
.figures dd small{display:block;font-size:.8rem;color:var(--soft)}
.lead{margin:.25rem 0 .75rem;max-width:90ch}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.5rem 1.25rem 1rem;
overflow-x:auto}
.card table{width:100%}
.card th,.card td{padding:.3rem .9rem .3rem 0;vertical-align:middle}
.card td.n,.card th.n{white-space:nowrap;overflow-wrap:normal}
.card tr>*:last-child{padding-right:0}
.card tbody th{color:var(--ink);font-weight:400}
.card thead th.held{color:var(--soft)}
.card thead th{border-top:0;padding-bottom:.4rem;vertical-align:bottom}
.card thead .n{text-align:right}
.card tbody tr.sum>*{font-weight:600;border-top:2px solid var(--line)}
th.group{text-align:left;font-weight:600;color:var(--ink)}
td.plot{width:150px;padding-right:.4rem}
td.plot svg{min-width:0;width:150px;height:18px;max-width:none}
.rail{stroke:var(--rail);stroke-width:6;stroke-linecap:round}
.grid{stroke:var(--line);stroke-width:1}
.ci{stroke-width:3;stroke-linecap:round;opacity:.55}
.good .ci{stroke:var(--good)}.good circle{fill:var(--good)}
.leak .ci{stroke:var(--bad)}.leak circle{fill:var(--bad)}
.none{color:var(--soft)}
b.leak,td.leak{color:var(--bad);font-weight:600}
td.bars svg{min-width:0;width:100%;height:16px;max-width:none}
td.bars{width:45%}
.t{fill:var(--typed)}.f{fill:var(--field)}.s{fill:var(--onscreen)}.b{fill:var(--bar)}
.key{font-size:.875rem;color:var(--soft);margin:.25rem 0 .5rem}
.key i{display:inline-block;width:.8rem;height:.8rem;border-radius:.15rem;margin:0 .35rem 0 .9rem;
vertical-align:-.08rem}
.key i:first-child{margin-left:0}
.kt{background:var(--typed)}.kf{background:var(--field)}.ks{background:var(--onscreen)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(21rem,1fr));gap:.75rem;align-items:start}
.two h3{margin:.5rem 0 .25rem}
.state{font-weight:600}
.state.failed{color:var(--bad)}.state.passed{color:var(--good)}
td code,tbody th code{white-space:nowrap;overflow-wrap:normal}
.verdict code{white-space:normal}.state{white-space:nowrap;overflow-wrap:normal}
.value{background:var(--bad-bg);color:var(--bad)}
.scroll{max-height:34rem;overflow:auto}
@media (max-width:40rem){.card{padding:.25rem .75rem .75rem}figure svg,td.bars svg{min-width:0}}
@media print{.scroll{max-height:none}nav{display:none}.t,.f,.s,.ci,.banner,.verdict{print-color-adjust:exact;
-webkit-print-color-adjust:exact}}
"""
)
