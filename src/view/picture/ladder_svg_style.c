/* ladder_style: the colours of the picture, by what the reader prefers. A state's bar and name have
 * one colour, each direction of packets its own, and what has failed is red. */
#include "view/picture/ladder_svg.h"

static const char style[] =
    ":root,svg.ladder{--paper:#ffffff;--ink:#1b1f24;--dim:#6a737d;--rule:#d0d7de;--band:#f3f5f8;"
    "--bad:#c4262e;--right:#0a5fb4;--left:#a2510a;--mark:#8a2be2;--good:#1a7f37;"
    "--LISTEN:#7a6ff0;--SYN_SENT:#d9a400;--SYN_RECV:#d9a400;--ESTABLISHED:#2da44e;"
    "--FIN_WAIT1:#e5734c;--FIN_WAIT2:#d55a33;--CLOSE_WAIT:#c2559b;--CLOSING:#b0483a;"
    "--LAST_ACK:#a8457f;--TIME_WAIT:#8c959f;--CLOSED:#57606a}\n"
    "@media (prefers-color-scheme:dark){:root,svg.ladder{--paper:#0f1419;--ink:#e6edf3;"
    "--dim:#8b949e;--rule:#30363d;--band:#1a2129;--bad:#ff7b72;--right:#6cb6ff;--left:#f0a35e;"
    "--mark:#c297ff;--good:#57d37a;--LISTEN:#a99cff;--SYN_SENT:#f2cc60;--SYN_RECV:#f2cc60;"
    "--ESTABLISHED:#3fb950;--FIN_WAIT1:#ff9b7a;--FIN_WAIT2:#f0805c;--CLOSE_WAIT:#f08bc8;"
    "--CLOSING:#e0796a;--LAST_ACK:#d979b5;--TIME_WAIT:#8b949e;--CLOSED:#a5adb6}}\n"
    "@media print{:root,svg.ladder{--paper:#ffffff;--ink:#000000;--dim:#444444;--rule:#bbbbbb;"
    "--band:#f3f3f3}}\n"
    ".ladder text{font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
    "fill:var(--ink);stroke:var(--paper);stroke-width:4px;stroke-linejoin:round;"
    "paint-order:stroke;white-space:pre}\n"
    ".ladder .paper{fill:var(--paper)}\n"
    ".ladder .band{fill:var(--band)}\n"
    ".ladder .typed text{font-weight:bold;stroke:none}\n"
    ".ladder .time{fill:var(--dim)}\n"
    ".ladder .lifeline line{stroke:var(--rule);stroke-width:1.5}\n"
    ".ladder .lifeline rect{fill:var(--band);stroke:var(--rule)}\n"
    ".ladder .lifeline text{font-weight:bold;stroke:none}\n"
    ".ladder .remark text,.ladder .start text,.ladder .fold text{fill:var(--dim)}\n"
    ".ladder .test text{fill:var(--good)}\n"
    ".ladder .failed text,.ladder .error text,.ladder .bad{fill:var(--bad)}\n"
    ".ladder .marked text{fill:var(--mark)}\n"
    ".ladder .fate{fill:var(--dim)}.ladder .fate.bad{fill:var(--bad)}\n"
    ".ladder .way{stroke-width:1.6}.ladder .right{stroke:var(--right)}"
    ".ladder .left{stroke:var(--left)}\n"
    ".ladder .late{stroke-dasharray:6 3}.ladder .stopped{stroke-dasharray:2 3}\n"
    ".ladder .right+.head{fill:var(--right)}.ladder .left+.head{fill:var(--left)}\n"
    ".ladder .cross{stroke:var(--bad);stroke-width:2;fill:none}\n"
    ".ladder .silence{stroke:var(--rule);stroke-dasharray:1 5}\n"
    ".ladder .bar{fill:var(--dim)}\n"
#define STATE(name) ".ladder ." #name "{fill:var(--" #name ")}\n"
    STATE(LISTEN) STATE(SYN_SENT) STATE(SYN_RECV) STATE(ESTABLISHED) STATE(FIN_WAIT1) STATE(
        FIN_WAIT2) STATE(CLOSE_WAIT) STATE(CLOSING) STATE(LAST_ACK) STATE(TIME_WAIT) STATE(CLOSED)
#undef STATE
        ".ladder .name{font-weight:bold}\n"
        ".ladder .name.LISTEN,.ladder .name.SYN_SENT,.ladder .name.SYN_RECV{font-weight:bold}\n";

void ladder_svg_append_style(struct bytes *bytes) {
  bytes_append_text(bytes, style);
}
