"""What the share dialog hands out to be pasted elsewhere."""

from __future__ import annotations

from tests.page.node import Modules

SNIPPETS = """
    const { SNIPPETS } = await import("share/snippets");
    return Object.fromEntries(Object.entries(SNIPPETS).map(([kind, write]) =>
      [kind, write(arguments[0])]));
"""


def test_snippets_are_escaped_for_where_they_stand(modules: Modules) -> None:
    address = "https://net.example/embed?data=xor&panels=loss"
    embed = {"address": address, "title": '"A" [b](c) <d> & *e*', "width": None, "height": 300}
    made = modules.load(SNIPPETS, embed)
    frame = (
        '<iframe src="https://net.example/embed?data=xor&amp;panels=loss" '
        'title="&quot;A&quot; [b](c) &lt;d&gt; &amp; *e*" width="100%" height="300" '
        'style="border:0;max-width:100%" loading="lazy" allow="fullscreen"></iframe>'
    )
    link = rf'["A" \[b\](c) \<d\> \& \*e\*]({address})'
    assert made["html"] == frame
    assert made["markdown"] == f"{frame}\n\n{link}\n"
    assert made["link"] == address
    lines = made["quarto"].splitlines()
    assert lines[1:4] == ["```{=html}", frame, "```"]
    assert link in lines
    seen = modules.load(SNIPPETS, embed | {"transparent": True})["html"]
    assert 'style="border:0;max-width:100%;color-scheme:normal"' in seen
    assert made["reveal"].splitlines()[1].strip().startswith('<iframe data-src="https://net')
