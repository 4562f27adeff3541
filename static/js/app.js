/* Comforts. Every page and every form works without this file. */
(function () {
  "use strict";

  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const announce = (text) => {
    const place = document.getElementById("announce");
    if (place) { place.textContent = ""; window.setTimeout(() => { place.textContent = text; }, 60); }
  };

  /* Menus: one open at a time; Escape and a click elsewhere close them, Escape gives focus back. */
  const closeMenus = (except) => all("details.menu[open]").forEach((menu) => {
    if (menu !== except && !menu.contains(except)) { menu.open = false; }
  });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { return; }
    const menu = document.activeElement && document.activeElement.closest("details.menu[open]");
    closeMenus(null);
    if (menu) { menu.querySelector("summary").focus(); }
    setNavigation(false, true);
  });

  /* Navigation on narrow screens: without script the button is a link to the navigation. */
  const button = document.getElementById("menu-button");
  const nav = document.getElementById("side-nav");
  function setNavigation(open, giveFocusBack) {
    if (!nav || !button || nav.classList.contains("is-open") === open) { return; }
    nav.classList.toggle("is-open", open);
    button.setAttribute("aria-expanded", String(open));
    if (open) { (nav.querySelector("[aria-current]") || nav.querySelector("a")).focus(); }
    if (!open && giveFocusBack) { button.focus(); }
  }
  if (button && nav) {
    button.setAttribute("role", "button");
    button.setAttribute("aria-controls", "side-nav");
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", (event) => { event.preventDefault(); setNavigation(!nav.classList.contains("is-open"), true); });
    button.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); button.click(); } });
    document.addEventListener("click", (event) => {
      if (!nav.contains(event.target) && !button.contains(event.target)) { setNavigation(false, false); }
    });
    nav.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !nav.contains(event.relatedTarget)) { setNavigation(false, false); }
    });
  }

  /* "/" goes to the search, unless somebody is writing. */
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, textarea, select, [contenteditable]");
    const search = document.getElementById("search");
    if (event.key === "/" && search && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });

  /* The error summary takes focus, on a fresh page and after htmx. */
  const focusOn = (root) => { const place = all("[data-focus]", root)[0]; if (place) { place.focus(); } };

  /* Unsaved changes: asked only when something was changed and the form is not being sent. */
  let changed = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-warn-unsaved]")) { changed = true; } });
  document.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) { event.preventDefault(); } });

  /* A form is sent once, however often its button is pressed. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.setTimeout(() => { delete form.dataset.sent; }, 4000);
  });

  /* Filters on a phone: folded away until asked for. */
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-open]");
    if (!toggle) { return; }
    const open = toggle.closest("." + toggle.dataset.open).classList.toggle("is-open");
    toggle.setAttribute("aria-expanded", String(open));
  });

  /* Selecting rows of a list. */
  function showSelection(list) {
    const boxes = all("[data-row]", list);
    const chosen = boxes.filter((box) => box.checked);
    const bar = list.querySelector(".bulk");
    const head = list.querySelector("[data-all]");
    const matching = list.querySelector("[data-matching]");
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-selected", box.checked));
    if (head) { head.checked = chosen.length > 0 && chosen.length === boxes.length; head.indeterminate = chosen.length > 0 && !head.checked; }
    if (matching && chosen.length < boxes.length) { matching.checked = false; }
    if (bar) {
      bar.classList.toggle("is-on", chosen.length > 0);
      const count = matching && matching.checked ? matching.dataset.matching : String(chosen.length);
      bar.querySelector(".bulk-count").textContent = count + " selected";
    }
  }
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-selectable]");
    if (!list) { return; }
    if (event.target.matches("[data-all]")) { all("[data-row]", list).forEach((box) => { box.checked = event.target.checked; }); }
    if (event.target.matches("[data-matching]") && event.target.checked) { all("[data-row]", list).forEach((box) => { box.checked = true; }); }
    showSelection(list);
  });

  /* A file input says at once when a file is over the limit the server has. */
  document.addEventListener("change", (event) => {
    const limit = Number(event.target.dataset && event.target.dataset.maxBytes);
    const file = event.target.files && event.target.files[0];
    if (!limit || !file) { return; }
    event.target.setCustomValidity(file.size > limit ? "This file is larger than " + Math.floor(limit / 1048576) + " MB." : "");
    event.target.reportValidity();
  });

  /* htmx: say what changed, and put focus where the change is. */
  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.target;
    all("[data-selectable]", place.parentNode || document).forEach(showSelection);
    if (place.querySelector && place.querySelector("[data-focus]")) { focusOn(place); return; }
    const said = place.querySelector && place.querySelector("[data-announce]");
    if (said) { announce(said.textContent.trim().replace(/\s+/g, " ")); }
    const asked = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (asked && asked.hasAttribute("data-to-top") && place.id) {
      place.setAttribute("tabindex", "-1");
      place.setAttribute("data-quiet-focus", "");
      place.focus({ preventScroll: true });
      place.scrollIntoView({ block: "start" });
    }
  });
  document.addEventListener("htmx:sendError", () => announce("The server cannot be reached. Nothing was lost; please try again."));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401 || event.detail.xhr.status === 403) { window.location.reload(); return; }
    announce("Something went wrong and this part was not updated. Reload the page to try again.");
  });

  all("[data-selectable]").forEach(showSelection);
  focusOn(document);
}());
