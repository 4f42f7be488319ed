/** Style sheet of the report. */
export const pageStyle = `
:root{--ink:#1c1b22;--soft:#5d5a68;--line:#e3e0ea;--paper:#fbfafc;--card:#fff;--accent:#5b3fa8;--good:#14713d;--bad:#b3261e}
*{box-sizing:border-box}
html[lang=en] [lang=ko],html[lang=ko] [lang=en]{display:none}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR",sans-serif}
html[lang=ko] body{word-break:keep-all;overflow-wrap:break-word}
main{max-width:1080px;margin:0 auto;padding:24px 20px 64px}
h1{font-size:clamp(1.7rem,4.5vw,2.4rem);line-height:1.2;margin:.2em 0 .3em}
h2{font-size:1.3rem;margin:2.2em 0 .6em}
h3{font-size:1rem;margin:0}
p{margin:.4em 0 1em}
.lead{font-size:1.06rem;color:var(--soft);max-width:46em}
.note{font-size:.88rem;color:var(--soft);max-width:52em}
nav{display:flex;gap:6px;justify-content:flex-end}
nav button{font:inherit;font-size:.85rem;padding:4px 12px;border:1px solid var(--line);border-radius:999px;background:var(--card);color:var(--soft);cursor:pointer}
html[lang=en] [data-lang=en],html[lang=ko] [data-lang=ko]{border-color:var(--accent);color:var(--accent)}
.verdict{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;margin:1.4em 0;padding:12px 18px;border-radius:10px;border-left:5px solid}
.verdict.pass{background:#e7f5ec;border-color:var(--good);color:var(--good)}
.verdict.fail{background:#fceceb;border-color:var(--bad);color:var(--bad)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,235px),1fr));gap:14px}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px;display:flex;flex-direction:column}
.card.main{border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
.card p{font-size:.9rem;color:var(--soft);flex:1;margin:.3em 0 .8em}
.card a{color:var(--accent);white-space:nowrap}
audio{width:100%;height:40px}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px}
img{display:block;height:auto}
img.excerpt{width:100%;min-width:720px;padding:8px}
img.whole{width:2400px;max-width:none;padding:8px}
details{margin-top:12px}
summary{cursor:pointer;color:var(--accent);padding:6px 0}
table{border-collapse:collapse;width:100%;font-size:.94rem}
th,td{text-align:left;padding:9px 14px;border-bottom:1px solid var(--line)}
th{font-weight:600;font-size:.85rem;color:var(--soft)}
tbody tr:last-child td{border-bottom:0}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th.num{white-space:normal}
td:first-child{min-width:11em}
td:last-child:not(.num),th:last-child{text-align:right}
tr.main td{background:#f3effb;font-weight:600}
.badge{display:inline-block;white-space:nowrap;border-radius:999px;padding:1px 10px;font-size:.85rem;font-weight:600}
.badge.pass{background:#e7f5ec;color:var(--good)}
.badge.fail{background:#fceceb;color:var(--bad)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;font-size:.92rem}
dt{font-weight:600}
dd{margin:0;color:var(--soft)}
@media(max-width:640px){dl{grid-template-columns:1fr}dd{margin-bottom:.5em}main{padding:16px 14px 48px}}
`;
