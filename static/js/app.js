/*
 * Small helps on every page; each page works without them.
 *   <button data-copy="text" data-copied="Copied">   copies, and says so on the button and to a screen reader
 *   <form data-confirm="Really?">                    asks before it is sent
 *   details.menu                                     closes at Escape and at a press outside
 *   button.term[popovertarget]                       opens on focus too (the browser opens it on tap and click)
 *   <time datetime="..." data-local>                 shown in the reader's own time zone; data-local="time" without the day
 */
(() => {
  "use strict";

  const say = (text) => {
    const place = document.querySelector("#said");
    if (!place) return;
    place.textContent = "";
    setTimeout(() => { place.textContent = text; }, 50);
  };

  const selectBeside = (button) => button.parentElement.querySelector("input")?.select();

  document.addEventListener("click", async (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return selectBeside(button); // no clipboard here: selected, ready for the copy key
    }
    const before = button.dataset.label || (button.dataset.label = button.textContent);
    button.textContent = button.dataset.copied || "✓";
    say(button.dataset.copied || "");
    setTimeout(() => { button.textContent = before; }, 1600);
  });

  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (!question || window.confirm(question)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* ---- terms that explain themselves ------------------------------------------------------------------- */

  const textOf = (term) => document.getElementById(term.getAttribute("popovertarget") || "");

  document.addEventListener("toggle", (event) => {
    const text = event.target;
    if (event.newState !== "open" || !text.classList?.contains("term-text")) return;
    const term = document.querySelector(`.term[popovertarget="${text.id}"]`);
    if (!term) return;
    const at = term.getBoundingClientRect();
    const size = text.getBoundingClientRect();
    const below = at.bottom + 8 + size.height <= innerHeight;
    text.style.margin = "0";
    text.style.inset = "auto";
    text.style.left = `${Math.max(12, Math.min(at.left, innerWidth - size.width - 12))}px`;
    text.style.top = `${below ? at.bottom + 8 : Math.max(12, at.top - size.height - 8)}px`;
  }, true);

  // A press both focuses and toggles; opened by its focus, it would be closed again at once.
  let pressed = null;
  document.addEventListener("pointerdown", (event) => { pressed = event.target.closest?.(".term"); });
  document.addEventListener("click", () => { pressed = null; });
  document.addEventListener("focusin", (event) => {
    const term = event.target.closest?.(".term");
    const text = term && term !== pressed && textOf(term);
    if (text && !text.matches(":popover-open")) text.showPopover();
  });
  document.addEventListener("focusout", (event) => {
    const term = event.target.closest?.(".term");
    const text = term && textOf(term);
    if (text && text.matches(":popover-open") && !text.contains(event.relatedTarget)) text.hidePopover();
  });

  /* ---- times ------------------------------------------------------------------------------------------- */

  const showTimes = (within) => {
    for (const time of within.querySelectorAll("time[data-local][datetime]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      const style = time.dataset.local === "time" ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
      const text = new Intl.DateTimeFormat(document.documentElement.lang || "en", style).format(at);
      if (time.textContent !== text) time.textContent = text;
    }
  };
  showTimes(document);
  document.addEventListener("fragment", (event) => showTimes(event.target));

  // what was wrong comes first
  document.querySelector("main [aria-invalid='true']")?.focus();
})();
