/* Warns before a session ends because nobody used it, and clears the screen when it has. The server decides; this only tells. */
(function () {
  "use strict";

  const body = document.body;
  const limit = Number(body.dataset.idleSeconds) * 1000;
  const key = "hmislead-last-activity";
  if (!limit) { return; }
  const warnBefore = Math.min(120000, limit / 4);
  let dialog = null;

  /* All tabs of one browser share a session, so they share the time of its last request. */
  function lastActivity() {
    try { return Number(window.localStorage.getItem(key)) || 0; } catch (error) { return started; }
  }
  function wasActive() {
    started = Date.now();
    try { window.localStorage.setItem(key, String(started)); } catch (error) { /* a browser without storage warns per tab */ }
    if (dialog && dialog.open) { dialog.close(); }
  }
  let started = Date.now();
  wasActive();

  function token() {
    try { return JSON.parse(body.getAttribute("hx-headers"))["X-CSRFToken"]; } catch (error) { return ""; }
  }
  function stay() {
    fetch(body.dataset.keepAlive, { method: "POST", headers: { "X-CSRFToken": token() }, credentials: "same-origin" })
      .then((answer) => { if (answer.status === 204) { wasActive(); } else { leave(); } })
      .catch(() => { dialog.querySelector("p").textContent = "The server cannot be reached. Check your connection and try again."; });
  }
  function leave() {
    const next = window.location.pathname + window.location.search;
    window.onbeforeunload = null;
    window.location.assign(body.dataset.signIn + "?next=" + encodeURIComponent(next));
  }

  function build() {
    dialog = document.createElement("dialog");
    dialog.className = "idle-dialog";
    dialog.setAttribute("aria-labelledby", "idle-title");
    dialog.setAttribute("aria-describedby", "idle-text");
    dialog.innerHTML = "<h2 id=\"idle-title\">Are you still there?</h2><p id=\"idle-text\" role=\"timer\"></p>" +
      "<div class=\"form-actions\"><button class=\"button\" type=\"button\">Stay signed in</button></div>";
    dialog.querySelector("button").addEventListener("click", stay);
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
    body.appendChild(dialog);
  }

  function say(left) {
    const minutes = Math.ceil(left / 60000);
    const words = left <= 60000 ? "less than a minute" : minutes + " minutes";
    const text = "Nothing has happened for a while. You will be signed out in " + words + " to protect your data.";
    const place = dialog.querySelector("p");
    if (place.textContent !== text) { place.textContent = text; }
  }

  function look() {
    const left = Math.max(lastActivity(), started) + limit - Date.now();
    if (left <= 0) { leave(); return; }
    if (left > warnBefore) { if (dialog && dialog.open) { dialog.close(); } return; }
    if (!dialog) { build(); }
    say(left);
    if (!dialog.open) { dialog.showModal(); }
  }

  /* A request that the page makes by itself (polling) is no activity, here as on the server. */
  document.addEventListener("htmx:afterRequest", (event) => {
    const headers = event.detail.requestConfig && event.detail.requestConfig.headers;
    if (event.detail.successful && !(headers && headers["X-Poll"])) { wasActive(); }
  });
  window.setInterval(look, 1000);
  window.addEventListener("pageshow", look);
}());
