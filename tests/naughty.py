"""Naughty strings: chosen for what they could break here (HTML, templates, MathJax, Markdown, directions, escapes)."""

from __future__ import annotations

#: What each of them would do, if it were run.
RUN = "console.log('naughty')"
NAUGHTY = [
    f"<script>{RUN}</script>", f"<img src=x onerror=\"{RUN}\">", f"<svg onload=\"{RUN}\">", f"<svg/onload={RUN}>",
    f"<details open ontoggle=\"{RUN}\">", f"<body onload=\"{RUN}\">", f"<iframe srcdoc=\"<script>{RUN}</script>\">",
    "<iframe src='http://evil.invalid/x'>", "<img src='http://evil.invalid/y'>", "<link rel=stylesheet href='http://evil.invalid/z'>",
    f"<a href=\"javascript:{RUN}\">x</a>", f"<math href=\"javascript:{RUN}\">x</math>", "<meta http-equiv=refresh content='0;url=http://evil.invalid'>",
    f"\"><script>{RUN}</script>", f"'><script>{RUN}</script>", f"</td></tr></table><script>{RUN}</script>", f"</textarea><script>{RUN}</script>",
    f"</title><script>{RUN}</script>", f"</style><script>{RUN}</script>", f"</pre><script>{RUN}</script>", f"--><script>{RUN}</script>", f"]]><script>{RUN}</script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>", f"<SCRIPT>{RUN}</SCRIPT>", f"<script\n>{RUN}</script>", f"<<script>{RUN}//<</script>",
    f"\" onmouseover=\"{RUN}\" autofocus onfocus=\"{RUN}", f"' onfocus='{RUN}' autofocus='", f"x onclick={RUN}", f"`-{RUN}-`", f"${{{RUN}}}", f"{{{{{RUN}}}}}", f"<%= {RUN} %>", f"#{{{RUN}}}",
    "&lt;script&gt;", "&amp;lt;", "&#60;script&#62;", "&copy", "&", "<", ">", "\"", "'", "`", "\\", "{}", "{0}", "{push_id}", "%s", "%(x)s", "%n",
    "$x$", "$$\\href{javascript:alert(1)}{x}$$", "\\(x\\)", "[x](javascript:alert(1))", "![x](http://evil.invalid/m)", "**x**", "# x", "| a | b |", "```x",
    "\u202eabc\u202c", "\u2066abc", "\u200b\u200c\u200d\ufeff", "Z\u0351\u036b\u0343A\u0334\u0335L\u0321G\u0362O", "\U0001f469\u200d\U0001f3eb", "\u0646\u06cc\u0645\u200c\u0641", "\uff1cscript\uff1e", "\u2028x\u2029y",
    "\x1b[31mred", "\x1b]8;;http://evil.invalid\x1b\\x", "\x7f", "\x9b31m", "null", "undefined", "NaN", "true", "-1", "1e400", "'; DROP TABLE grades; --", "../../etc/passwd", "CON", "C:\\x", "a" * 5_000,
]  # fmt: skip
