"""Odd things to write into the XML of a workbook: one a line, ∅ for no letters."""

from __future__ import annotations

from tests.hostile.description import plain


def _lines(table: str) -> tuple[str, ...]:
    return tuple("" if line == "∅" else plain(line) for line in table.strip("\n").split("\n"))


NUMBERS = _lines(
    r"""
∅
-1
0
1
00
+3
-0
\x205\x20
1.0
1,5
1e3
1E400
NaN
0x1
5_0
٣
999999
4294967296
9999999999999999999999999999999999999999
"""
)
TEXTS = _lines(
    r"""
∅
\x20
\u3000
\t
\r\n
=1+1
_x000D_
_x0041_
_xD800_
_x005F_x0041_
&#10;
&#13;
&#xFFFF;
&x;
&amp;lt;
&lt;v&gt;
<!-- c -->
<![CDATA[あ]]>
<?p i?>
A
Ａ
Ｂ\x20
か\u3099
改ざん
同上
1234.5
45352
"""
)
ATTRIBUTES = _lines(
    r"""
 t="s"
 t="str"
 t="inlineStr"
 t="n"
 t="b"
 t="d"
 t="e"
 t="x"
 s="0"
 s="4"
 s="99"
 r="E6"
 r="F6"
 r="7"
 hidden="1"
 hidden="true"
 state="hidden"
 date1904="1"
 xml:space="preserve"
 cm="1"
 ph="1"
 a = '1'
 xmlns:x="y"
"""
)
ELEMENTS = _lines(
    r"""
<v>0</v>
<v/>
<f>1+1</f>
<f/>
<is><t>改ざん</t></is>
<t>改ざん</t>
<r><t>改ざん</t></r>
<rPh sb="0" eb="1"><t>フリ</t></rPh>
<si/>
<si><t>改ざん</t></si>
<row r="6"/>
<row r="6" hidden="1"/>
<c r="E6"/>
<c r="F6" t="s"><v>1</v></c>
<c><v>1</v></c>
<sheetData/>
<extLst/>
<x>1</x>
<x:v xmlns:x='y'>1</x:v>
<mc:AlternateContent xmlns:mc="m"><v>1</v></mc:AlternateContent>
"""
)
