"""One list of what somebody might type to do harm, and how to see that a page does none."""

from __future__ import annotations

from html.parser import HTMLParser

NASTY = {
    "script": "<script>alert(1)</script>",
    "closed attribute": '"><svg onload=alert(1)>',
    "attribute": "' autofocus onfocus='alert(1)",
    "unclosed": "<img src=x onerror=alert(1) ",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "address": "javascript:alert(1)",
    "comment": "--><script>alert(1)</script><!--",
    "end of script": "</script><script>alert(1)</script>",
    "template": "{{ 7*7 }} {% raw %} ${7*7} %s %(a)s {0} {__class__}",
    "formula": '=HYPERLINK("http://ke-xau.example","Bấm")',
    "formula at": "@SUM(A1:A9)",
    "formula plus": "+84912345678",
    "formula minus": "-2+3",
    "formula tab": "\t=1+1",
    "formula return": "\r=1+1",
    "dde": "=cmd|' /C calc'!A0",
    "sql": "'; DROP TABLE people; --",
    "sql or": "' OR '1'='1",
    "sql colon": ":name ?1 %% \\",
    "yaml": "a: b\n- c: &x [d, *x]\n  e: !!python/object/apply:os.system ['id']",
    "yaml end": "...\n---\nentries: []",
    "yaml words": "no",
    "yaml comment": "bầu # cử",
    "yaml merge": "<<: *a",
    "typst": '#panic("x") #text(99pt)[x] *đậm* _nghiêng_ $x^2$ @a <b>',
    "typst file": '[#read("/etc/passwd")]',
    "typst close": '"); #eval("1")',
    "new line": "một\nhai\r\nba",
    "log line": '","level":"info"}\n{"event":"giả"}',
    "terminal": "\x1b[31mđỏ\x1b]0;tựa\x07\x9b2J",
    "header": "x\r\nSet-Cookie: nguoi=ke-xau\r\n\r\n<script>alert(1)</script>",
    "path": "../../../../etc/passwd",
    "encoded path": "..%2f..%2fetc%2fpasswd%00.html",
    "backslash": "\\..\\..\\windows\\",
    "shell": "$(id) `id` | id; id",
    "nul": "bầu\0cử",
    "half a letter": "bầu \ud83d cử",
    "right to left": "\u202eửc uầb\u202c",
    "invisible": "b\u200b\u2060\ufeffầu",
    "line separator": "a\u2028b\u2029c",
    "not a character": "a\uffff\ufdd0b",
    "stacked": "b" + "\u0301" * 300,
    "emoji": "🗳️🇻🇳👨‍👩‍👧",
    "markdown": "[a](http://x.vn) **b** _c_ `d` ||e||",
    "telegram": '<b>a<i>b</b> <a href="tg://user?id=1">c</a> <pre><code class="x">',
    "command": "/start@bot u-1",
    "json": '{"__proto__": {"a": 1}, "b": [[[[',
    "long word": "ậ" * 3_000,
}
HARMLESS_SOURCES = ("/", "#", "?", "https://", "http://", "data:image/svg+xml")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"iframe", "object", "embed", "base", "svg", "math", "style"}:
            self.faults.append(tag)
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.faults.append(f"script {given}")
        if tag == "img" and not given.get("src", "").startswith(("/static/", "data:image/svg")):
            self.faults.append(f"img {given}")
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.faults.append(f"{tag} {name}")
            if name in {"href", "src", "action", "formaction"} and value:
                self._look_at(tag, value)

    def _look_at(self, tag: str, address: str) -> None:
        relative = ":" not in address.split("/")[0]
        if not relative and not address.startswith(HARMLESS_SOURCES):
            self.faults.append(f"{tag} {address}")


def harm_in(html: str) -> list[str]:
    """What in a page would run or lead astray, as a browser reads it."""
    page = _Page()
    page.feed(html)
    page.close()
    return page.faults
