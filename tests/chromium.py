"""Chromium as the tests use it: pages of signed-in people, axe, narrow screens, and the keyboard alone.

Whatever the browser complained about, the content policy above all, is kept: `Window.complaints`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from playwright.sync_api import expect, sync_playwright

# bin/test names the one it found.
EXECUTABLE = os.environ.get("HMISLEAD_CHROMIUM", "/usr/bin/chromium")
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESK = 390, 1280
# Milliseconds. Long, for a machine that does much else; who waits for what comes waits no longer than it takes.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
# What a narrow window can break that a wide one does not show.
NARROW_RULES = ["target-size", "scrollable-region-focusable", "region", "label", "link-name", "button-name"]
# As a page stands when nobody has touched it: nothing focused, nothing scrolled.
RESTED = """() => { document.activeElement.blur(); scrollTo(0, 0);
  document.querySelectorAll('*').forEach((it) => { if (it.scrollLeft) it.scrollLeft = 0; }); }"""
# Resolved when nothing moves any more, but for what never stops (a bar that only says "at work").
STILL = """Promise.all(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
  .map((each) => each.finished.catch(() => null))).then(() => null)"""
LOOK = """async ([rules, frame]) => {
  const most = {runOnly: rules, resultTypes: ['violations']};
  if (frame) return (await axe.run(document, most)).violations;
  const contrast = {runOnly: ['color-contrast'], resultTypes: ['violations']};
  const rest = await axe.run(document, {...most, rules: {'color-contrast': {enabled: false}}});
  return [...rest.violations, ...(await axe.run('#main', contrast)).violations];
}"""
MOST_STOPS = 400  # a page with more places to stop than this is a trap, or as good as one


def kept_by_browsers(serve):
    """Serve static files as the product does, whose browsers need not ask for them again."""

    def serve_kept(handler, request):
        response = serve(handler, request)
        response["Cache-Control"] = "public, max-age=3600"
        return response

    return serve_kept


@contextmanager
def chromium():
    """The browser."""
    static_files = mock.patch.object(StaticFilesHandler, "serve", kept_by_browsers(StaticFilesHandler.serve))
    with static_files, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=EXECUTABLE, args=["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
        )
        yield browser
        browser.close()


class Windows:
    """Opens pages as one person or another, with no sign-in page between."""

    def __init__(self, browser, address):
        self.browser, self.address = browser, address
        self.complaints, self._contexts = [], []

    def open(self, user=None, width=DESK, below="/", axe=False):
        """A page of `user` (None: nobody signed in). Addresses given to it start at `below`.

        `axe`: it is there from the start. Where most pages are looked at by it, that is quicker than to bring it to each.
        """
        size = {"width": width, "height": 900}
        context = self.browser.new_context(viewport=size, base_url=f"{self.address}{below}", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        if axe:
            context.add_init_script(AXE)
        self._contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            value = client.session.session_key
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.address}])
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _listen(self, said):
        # Pages that answer 404, 409 or 422 on purpose are told to the console too.
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            self.complaints.append(said.text)

    def close(self):
        for context in self._contexts:
            context.close()


def violations(page, rules=RULES, frame=True):
    """What axe finds: (rule, the first places). `rules` are tags of rules, or the names of rules.

    Contrast costs as much as all other rules together: not of the `frame`, where another page has shown that it holds.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    page.evaluate(RESTED)
    page.evaluate(STILL)
    found = page.evaluate(LOOK, [rules, frame])
    return [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found]


def runs_off_the_side(page, width):
    """True if the page is wider than a window of `width` pixels."""
    page.set_viewport_size({"width": width, "height": 900})
    return page.evaluate("document.documentElement.scrollWidth") > width


# Everything that Tab should come to, in the order of the page. Of radio buttons it comes to one in each group.
STOPS = """() => {
  const shown = (it) => it.checkVisibility({visibilityProperty: true}) && it.getClientRects().length > 0;
  const groups = new Set();
  const wanted = [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable], iframe')].filter((it) => {
      if (it.tabIndex < 0 || it.disabled || it.closest('[inert]') || it.type === 'hidden' || !shown(it)) return false;
      if (it.type !== 'radio') return true;
      const key = (it.form ? [...document.forms].indexOf(it.form) : '') + it.name;
      const chosen = document.querySelector(`input[type=radio][name="${CSS.escape(it.name)}"]:checked`);
      if (groups.has(key) || (chosen && chosen.form === it.form && chosen !== it)) return false;
      groups.add(key);
      return true;
    });
  wanted.forEach((it, at) => it.setAttribute('data-stop', at));
  const main = document.getElementById('main');
  return wanted.map((it) => ({html: it.outerHTML.slice(0, 120), content: main.contains(it)}));
}"""

# Where the focus is, and whether a person can see that: a ring on the element or on the label that stands for it.
FOCUS = """async () => {
  await STILL;
  const it = document.activeElement;
  if (!it || it === document.body || it === document.documentElement) return null;
  const ringed = (style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
    || style.boxShadow !== 'none';
  const labels = it.labels ? [...it.labels] : [];
  const near = [it, ...labels, it.parentElement].filter(Boolean);
  const seen = near.some((each) => ringed(getComputedStyle(each)))
    || labels.some((each) => ringed(getComputedStyle(each, '::before')));
  const places = [it, ...labels].map((each) => each.getBoundingClientRect());
  const inside = places.some((box) => box.width > 1 && box.bottom > 0 && box.top < innerHeight
    && box.right > 0 && box.left < innerWidth);
  const covered = places.every((box) => [[.5, .5], [.1, .5], [.9, .5]].every(([x, y]) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top && !near.some((each) => each.contains(top) || top.contains(each));
  }));
  return {stop: it.getAttribute('data-stop'), html: it.outerHTML.slice(0, 120), seen, inside, covered};
}""".replace("STILL", STILL)


def keyboard_problems(page, frame=True):
    """Walk a freshly loaded page with Tab: what is passed over, out of order, unseen, covered or a trap.

    From its top; or (`frame` False) from the content on, past the frame that all pages share, where its skip link leads.
    """
    stops = page.evaluate(STOPS)
    wanted = [at for at, stop in enumerate(stops) if frame or stop["content"]]
    wrong = [("skip link", problem)] if (problem := skip_link_problem(page)) else []
    if frame:
        page.reload()
        page.evaluate(STOPS)
    met, here = [], None
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if here is None:
            break
        if met and here["stop"] == str(met[-1]):  # the parts of a date are places to stop within one field
            continue
        if here["stop"] is None or int(here["stop"]) in met or int(here["stop"]) not in wanted:
            break
        met.append(int(here["stop"]))
        wrong += [(problem, here["html"]) for problem in _unseen(here)]
    else:
        wrong.append(("no end to it", here["html"]))
    if here is not None and here["stop"] is None:
        wrong.append(("a place to stop that was not there before", here["html"]))
    wrong += [("never reached", stops[at]["html"]) for at in wanted if at not in met]
    if met != sorted(met):
        wrong.append(("out of order", [stops[at]["html"] for at in met]))
    return wrong


def _unseen(here):
    if not here["seen"]:
        yield "focus not shown"
    if not here["inside"]:
        yield "focus outside the window"
    elif here["covered"]:
        yield "focus covered by something else"


def skip_link_problem(page):
    """'' if the first place to stop leads past the frame to the content, else what is wrong."""
    first = (
        "() => { const first = document.querySelector('[data-stop=\"0\"]'); first.focus(); return first.className; }"
    )
    if page.evaluate(first) != "usa-skipnav":
        return "it is not the first place to stop"
    page.keyboard.press("Enter")
    return "" if page.evaluate("document.activeElement.id") == "main" else "it does not lead to the content"
