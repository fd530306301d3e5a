"""How a briefing looks: A4 upright, one page each, on a screen as on paper."""

INK, GREY, LINE, BLUE, PALE, AMBER = "#1c2530", "#5a6470", "#d5dce4", "#1f5f99", "#cfdcea", "#b86e12"

STYLE = f"""\
@page{{size:A4 portrait;margin:0}}
*{{box-sizing:border-box;margin:0;padding:0}}
html{{font:8.6pt/1.32 "Segoe UI","Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif;color:{INK};
-webkit-print-color-adjust:exact;print-color-adjust:exact}}
.page{{width:210mm;height:297mm;padding:9mm 12mm 8mm;overflow:hidden;display:flex;flex-direction:column;gap:3.4mm;
break-after:page;background:#fff}}
.page:last-child{{break-after:auto}}
.made-up{{background:{INK};color:#fff;font-weight:600;letter-spacing:.06em;padding:1mm 2.5mm;font-size:8.6pt}}
header{{display:flex;justify-content:space-between;align-items:flex-end;gap:6mm;border-bottom:.7mm solid {INK};
padding-bottom:2mm}}
.when{{color:{GREY};font-size:10pt}}
h1{{font-size:23pt;line-height:1.08;font-weight:650;letter-spacing:-.01em}}
.standing{{max-width:66mm;text-align:right;font-size:8pt;color:{GREY}}}
.standing b{{display:inline-block;font-size:11pt;letter-spacing:.08em;padding:.4mm 2mm;margin-bottom:.6mm;
border:.5mm solid {AMBER};color:{AMBER}}}
.standing b.issued{{border-color:{BLUE};background:{BLUE};color:#fff}}
.figures{{display:grid;grid-template-columns:repeat(4,1fr);gap:5mm}}
.figures p{{color:{GREY};font-size:8pt}}
.figures b{{display:block;font-size:18pt;line-height:1.1;font-weight:600;color:{INK};font-variant-numeric:tabular-nums}}
.columns{{display:grid;grid-template-columns:90mm 1fr;gap:5mm}}
.even{{grid-template-columns:1fr 1fr}}
.why{{font-size:7.4pt;color:{GREY};margin-top:1mm}}
h2{{font-size:9.6pt;font-weight:650;margin-bottom:1mm;border-bottom:.25mm solid {INK};padding-bottom:.4mm}}
h2 span{{font-weight:400;color:{GREY};font-size:7.8pt}}
table{{width:100%;table-layout:fixed;border-collapse:collapse;font-variant-numeric:tabular-nums}}
th{{font-weight:400;color:{GREY};font-size:7.4pt;text-align:left;vertical-align:bottom;padding:0 1mm .3mm 0}}
td{{padding:.45mm 1mm .45mm 0;border-bottom:.15mm solid {LINE};vertical-align:top}}
td.wide,th.wide{{padding-left:3mm}}
td.n,th.n{{text-align:right;padding-right:0;padding-left:1.4mm;white-space:nowrap}}
td.name{{font-weight:600}}
.small td{{font-size:8pt}}
.one{{display:block;max-width:100%;overflow:hidden;white-space:nowrap;text-overflow:ellipsis}}
.two{{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}}
.three{{-webkit-line-clamp:3}}
.grey{{color:{GREY};font-weight:400}}
tr.sum td{{font-weight:600;border-bottom:0;border-top:.25mm solid {INK}}}
svg{{display:block;margin-top:.55mm}}
.visits{{min-height:0;overflow:hidden}}
.days{{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);gap:2.4mm}}
.days h3{{white-space:nowrap;font-size:8pt;font-weight:650;border-bottom:.15mm solid {LINE};margin-bottom:.4mm}}
.days p{{font-size:6.9pt;line-height:1.3;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}}
.days b{{font-weight:600;font-variant-numeric:tabular-nums}}
.notes li{{list-style:none;margin-bottom:.5mm}}
.sign{{display:grid;grid-template-columns:2fr 2fr 1fr;gap:5mm;margin-top:auto;font-size:7.6pt;color:{GREY};flex:none}}
.sign span{{border-bottom:.2mm solid {GREY};height:5.5mm;display:flex;align-items:flex-end}}
footer{{flex:none;font-size:6.6pt;line-height:1.3;color:{GREY}}}
@media screen{{body{{background:#e8ecf0;padding:6mm 0}}.page{{margin:0 auto 6mm;box-shadow:0 .5mm 2mm #0003}}}}
"""
