/** The style of the report page: light and dark by the reader's setting, one column on narrow screens. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;
--paper:#fcfbf9;--panel:#fff;--ink:#1e2226;--soft:#5d646b;--line:#e4e1da;--grid:#ece9e2;--accent:#1f6391;--wrong:#b4542a;
--s0:#1f6391;--s1:#c0672a;--s2:#2f7a50;--s3:#8a5aa8;--s4:#b03a5b;--s5:#7a6a1f;--s6:#2b8c99;--s7:#6b7280;
--sans:-apple-system,BlinkMacSystemFont,"Segoe UI",Inter,Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{
--paper:#15181b;--panel:#1b1f23;--ink:#e6e4df;--soft:#9aa2a9;--line:#2d3338;--grid:#262b30;--accent:#6cb0dd;--wrong:#e08a5b;
--s0:#6cb0dd;--s1:#e59a5c;--s2:#72c497;--s3:#bd93d8;--s4:#e57f9a;--s5:#cdb95c;--s6:#62c3cf;--s7:#a3abb5}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 var(--sans)}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 28px}
header{padding-top:52px}
.eyebrow{margin:0 0 6px;color:var(--accent);font-size:12px;font-weight:600;letter-spacing:.09em;text-transform:uppercase}
h1{margin:0;font:650 32px/1.2 var(--sans);letter-spacing:-.018em;overflow-wrap:anywhere}
h2{margin:0 0 4px;font:650 20px/1.3 var(--sans);letter-spacing:-.008em}
h3{margin:26px 0 8px;font-size:14px;font-weight:600}
p{margin:0 0 10px;max-width:68ch}
.lead{margin-top:8px;max-width:none;color:var(--soft)}
.limits{max-width:78ch;padding-left:22px}.limits li{margin:0 0 10px}.limits em{font-style:normal;color:var(--soft)}
.note{color:var(--soft);font-size:13.5px}
code,pre{font-family:var(--mono);font-size:12.5px}
.command{margin:18px 0 0;padding:10px 14px;border:1px solid var(--line);border-radius:6px;background:var(--panel);white-space:pre-wrap;overflow-wrap:anywhere}
nav{margin-top:18px;font-size:13.5px}
nav a{display:inline-block;margin:0 16px 4px 0;color:var(--accent);text-decoration:none;border-bottom:1px solid transparent}
nav a:hover,nav a:focus-visible{border-bottom-color:currentColor}
section{margin-top:44px;padding-top:26px;border-top:1px solid var(--line)}
.facts{display:flex;flex-wrap:wrap;gap:1px;margin:28px 0 0;border:1px solid var(--line);border-radius:8px;background:var(--line);overflow:hidden}
.facts div{padding:14px 16px 12px;background:var(--panel);flex:1 1 120px}
.facts dt{color:var(--soft);font-size:12.5px}
.facts dd{margin:2px 0 0;font:600 24px/1.3 var(--sans);letter-spacing:-.01em;font-variant-numeric:tabular-nums lining-nums}
.facts dd small{display:block;color:var(--soft);font:12.5px/1.4 var(--sans);letter-spacing:0}
.scroll{overflow-x:auto;margin:12px 0 0}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums lining-nums}
caption{padding:0 0 8px;color:var(--soft);font-size:13px;text-align:left}
th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:baseline}
thead th{color:var(--soft);font-size:12.5px;font-weight:500;vertical-align:bottom}
tbody th{font-weight:500;white-space:nowrap}
.number{text-align:right}
td.number,td.key-cell{white-space:nowrap}
tfoot th,tfoot td,.strong{font-weight:600}
.wide{width:100%}
th:last-child,td:last-child{padding-right:0}
.swatch{display:inline-block;width:11px;height:11px;margin-right:8px;border-radius:3px;box-shadow:inset 0 0 0 1px rgb(128 128 128/.35);vertical-align:-1px}
.barcell{width:42%;min-width:110px}
.bar{display:block;height:9px;border-radius:2px;background:var(--grid);overflow:hidden}
.bar i{display:block;height:100%;background:var(--accent)}
.bar[class*=s] i{background:currentColor}
.classes .barcell{width:auto;min-width:56px}.classes td.number{padding-right:22px}.classes td:last-child{padding-right:0}.change{display:inline-block;min-width:3.4em;color:var(--soft)}
.doubts{margin:16px 0 0;padding:10px 16px 10px 32px;border-left:3px solid var(--wrong);background:var(--panel);font-size:13.5px}
td a{color:var(--accent);text-decoration:none}td a:hover,td a:focus-visible{text-decoration:underline}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0 0;padding:0;list-style:none;font-size:13px}
.key{display:inline-block;width:16px;height:3px;margin-right:7px;border-radius:2px;vertical-align:3px}
figcaption{margin-top:4px;color:var(--soft);font-size:12.5px;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:24px 30px;margin-top:14px}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:10px 44px;align-items:start;margin-top:14px}
.beside>*{min-width:0}
.beside .scroll{margin-top:0}
.beside figure{margin:0}
.beside.stacked{grid-template-columns:minmax(0,1fr)}
.stacked>:first-child{max-width:600px}
.charts figure,.row figure,.pair figure{margin:0;min-width:0}
.charts figcaption,.beside figcaption{margin:0 0 2px;color:var(--ink);font-size:13.5px;font-weight:600}
.charts figcaption span,.beside figcaption span{color:var(--soft);font-weight:400}
.chart{display:block;width:100%;height:auto}
.grid{stroke:var(--grid)}.base{stroke:var(--soft);stroke-opacity:.5}
.tick{fill:var(--soft);font:11.5px var(--sans);font-variant-numeric:tabular-nums}
.curve{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.curve.faint{stroke-width:1;stroke-opacity:.3}
.band{fill:currentColor;fill-opacity:.14}.whisker{stroke:currentColor;stroke-width:2;stroke-linecap:round}
.guide{stroke:var(--soft);stroke-dasharray:3 4;stroke-opacity:.7}.tick.name{fill:var(--ink)}
.mark{fill:currentColor;stroke:var(--paper);stroke-width:1.2}
.s0{color:var(--s0)}.s1{color:var(--s1)}.s2{color:var(--s2)}.s3{color:var(--s3)}.s4{color:var(--s4)}.s5{color:var(--s5)}.s6{color:var(--s6)}.s7{color:var(--s7)}
.key{background:currentColor}
.row{margin:22px 0 0}
time{white-space:nowrap}
.row h3,.pair h3{margin:0 0 7px;font-size:13.5px}
.row h3 span{color:var(--soft);font-weight:400}
.cells{display:grid;grid-template-columns:repeat(var(--n),minmax(0,1fr));gap:10px}
.cells img{display:block;width:100%;height:auto;border-radius:4px;background:var(--grid)}
img.map{image-rendering:pixelated}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:24px 30px;margin-top:16px}
.confusion{border-collapse:separate;border-spacing:2px;font-size:12px}
.confusion th,.confusion td{padding:0;border:0}
.confusion tbody th{vertical-align:middle;padding-right:8px;font-weight:400;text-align:right;white-space:nowrap}
.confusion thead th{height:1px;padding:0 0 6px;font-weight:400;color:var(--ink)}
.confusion thead th span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap}
.confusion thead th{text-align:center}
.confusion td{min-width:36px;height:30px;border-radius:3px;text-align:center;vertical-align:middle;background:color-mix(in srgb,var(--wrong) var(--p),var(--grid))}
.confusion td.right{background:color-mix(in srgb,var(--accent) var(--p),var(--grid))}
.confusion td.full{color:var(--paper)}
.confusion.roomy td{min-width:56px;height:34px}
.confusion.dense td{min-width:9px;height:11px;border-radius:1px}
.confusion.dense{border-spacing:1px;font-size:10px}
.confusion.dense th{font-size:9.5px}
.confusion.dense thead th span{line-height:1}
.confusion tr>*:last-child.total{padding-left:12px;background:none;color:var(--soft);text-align:right;white-space:nowrap}
.options{columns:300px 3;column-gap:34px;margin-top:14px}
.options th,.two th{white-space:normal}
.options table{width:100%;margin:0 0 20px;break-inside:avoid;font-size:13px}
.options caption{padding-bottom:3px;color:var(--ink);font-weight:600}
.options th{font-weight:400;color:var(--soft)}
.options td.number{white-space:normal}
.two td{text-align:left}
.two td.number{text-align:right}
.options td{padding-right:0;font-family:var(--mono);font-size:12px;text-align:right;overflow-wrap:anywhere}
.two{display:grid;margin-top:14px;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:6px 44px}
.change.up,.up{color:var(--s2)}.change.down,.down{color:var(--s4)}
footer{margin-top:52px;padding-top:18px;padding-bottom:40px;color:var(--soft);font-size:12.5px}
a:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:620px){main,header,footer{padding-left:18px;padding-right:18px}header{padding-top:30px}h1{font-size:27px}section{margin-top:34px;padding-top:20px}
.facts dd{font-size:21px}.facts div{padding:11px 13px;flex-basis:40%}.cells{grid-template-columns:repeat(2,minmax(0,1fr))}.beside .tick{font-size:15px}.charts{grid-template-columns:minmax(0,1fr)}
.confusion.roomy td{min-width:29px;height:28px}.barcell{min-width:56px;width:24%}th,td{padding-right:9px}}
@media print{body{background:#fff}section,.row,.pair,.charts figure{break-inside:avoid}nav{display:none}}
`;
