"""What a document may embed, and the pieces of its templates."""

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe

from hmislead.documents.parts import FONTS, TONES, icon_url, part, printable
from hmislead.web import states


@pytest.mark.parametrize("name", FONTS)
def test_every_font_is_there(name: str) -> None:
    content, content_type = part(f"document:font/{name}")
    assert content[:4] in (b"wOF2", b"\x00\x01\x00\x00")
    assert content_type.startswith("font/")


def test_every_state_has_its_icon_in_its_tone() -> None:
    for sign in states.SIGNS.values():
        content, content_type = part(f"document:icon/{sign.tone}/{sign.icon}")
        assert content_type == "image/svg+xml"
        assert f'fill="{TONES[sign.tone]}"'.encode() in content
        assert icon_url(sign.icon, sign.tone) == f"document:icon/{sign.tone}/{sign.icon}"


@pytest.mark.parametrize(
    "url",
    [
        "document:font/../../../manage.py",
        "document:font/unknown",
        "document:icon/good/../x",
        "document:icon/pink/flag",
        "document:icon/good/no_such_icon",
        "document:",
        "document:settings",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_is_a_part(url: str) -> None:
    with pytest.raises(ValueError, match="not on the list"):
        part(url)


def test_what_no_font_draws_is_replaced_and_all_else_is_kept() -> None:
    kept = "<p>Nguyễn, Łódź, 3 ≥ 2 → ✓ &amp; “quoted”</p>\n\tline"
    assert printable(kept) == kept
    assert printable("a\ue000b\x0bc\U000e0041d") == "a\ufffdb\ufffdc\ufffdd"


def rendered(template: str, **context: object) -> str:
    return Template("{% load documents %}" + template).render(Context(context))


def test_a_chip_is_icon_and_word() -> None:
    shown = rendered('{% document_chip "overdue" %}')
    assert ">overdue</span>" in shown
    assert "document:icon/bad/error" in shown
    assert "&lt;b&gt;" in rendered("{% document_chip state word %}", state="met", word="<b>")


def test_contents_list_headings_with_an_id_and_escape_them_once() -> None:
    headings = '<h2 id="a">Food &amp; <em>shelter</em></h2><h3 id="b">{{ x }}</h3><h2>No id</h2>'
    body = f"{{% with_contents %}}{headings}{{% endwith_contents %}}"
    shown = rendered(body, contents=True, x="<i>")
    contents, _, rest = shown.partition("</nav>")
    assert '<li class="contents-2"><a href="#a">Food &amp; shelter</a></li>' in contents
    assert '<li class="contents-3"><a href="#b">&lt;i&gt;</a></li>' in contents
    assert "No id" not in contents
    assert rest == rendered(body, contents=False, x="<i>")


def test_a_drawing_is_printed_at_its_own_size_unless_it_has_one() -> None:
    plain = mark_safe('<svg xmlns="x" viewBox="0 0 300 120"><svg viewBox="0 0 5 5"></svg></svg>')
    assert rendered("{{ drawing|print_size }}", drawing=plain).startswith(
        '<svg xmlns="x" viewBox="0 0 300 120" width="300" height="120">'
    )
    sized = mark_safe('<svg width="10" viewBox="0 0 300 120"></svg>')
    assert rendered("{{ drawing|print_size }}", drawing=sized) == sized
