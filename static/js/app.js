/*
 * Small helps on every page; each page works without them.
 *   <button data-copy="text" data-copied="Copied">   copies, and says so on the button and to a screen reader
 *   details.menu                                     closes at Escape and at a press outside
 *   <form>…<a data-escape>                           is pressed by Escape in the form while nothing is written in it
 *   <a class="term" data-term data-name data-meaning>  explains itself on focus, tap and hover; a link without this script
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

  document.addEventListener("click", async (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return button.parentElement.querySelector("input")?.select(); // no clipboard here: selected, ready for the copy key
    }
    const before = button.dataset.label || (button.dataset.label = button.textContent);
    button.textContent = button.dataset.copied || "✓";
    say(button.dataset.copied || "");
    setTimeout(() => { button.textContent = before; }, 1600);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    const form = event.target.closest("form");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (form && ![...form.elements].some(htmx.isDirty)) form.querySelector("a[data-escape]")?.click();
  });

  /* ---- terms that explain themselves ------------------------------------------------------------------- */

  // The words come with the link, or stand further down the page under #term-<slug>.
  const meaningOf = (term) => {
    if (term.dataset.meaning) return { name: term.dataset.name, text: term.dataset.meaning };
    const entry = document.getElementById(`term-${term.dataset.term}`);
    const text = entry?.querySelector("dd")?.textContent.trim();
    return text ? { name: entry.querySelector("dt")?.textContent.trim(), text } : null;
  };

  const box = document.createElement("div");
  let shown = null;

  const hide = () => {
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = null;
    if (box.matches(":popover-open")) box.hidePopover();
  };

  const show = (term) => {
    const meaning = "popover" in box && meaningOf(term);
    if (!meaning) return false;
    if (shown === term) return true;
    hide();
    if (!box.isConnected) {
      box.id = "term-shown";
      box.className = "term-text";
      box.popover = "manual";
      box.append(document.createElement("strong"), document.createElement("p"), document.createElement("a"));
      (document.querySelector("main") || document.body).append(box);
    }
    const [name, text, more] = box.children;
    name.textContent = meaning.name;
    text.textContent = meaning.text;
    more.href = term.href;
    more.textContent = document.body.dataset.glossary || "";
    more.tabIndex = -1;
    shown = term;
    term.setAttribute("aria-describedby", box.id);
    box.showPopover();
    const at = term.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    const below = at.bottom + 6 + size.height <= innerHeight;
    box.style.left = `${Math.max(12, Math.min(at.left, document.documentElement.clientWidth - size.width - 12))}px`;
    box.style.top = `${below ? at.bottom + 6 : Math.max(12, at.top - size.height - 6)}px`;
    return true;
  };

  const termAt = (event) => event.target.closest?.("a.term[data-term]");

  document.addEventListener("focusin", (event) => {
    const term = termAt(event);
    if (term) show(term);
    else if (!box.contains(event.target)) hide();
  });
  document.addEventListener("focusout", (event) => {
    if (termAt(event) && !box.contains(event.relatedTarget)) hide();
  });
  let leaving = null;
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const term = termAt(event);
    clearTimeout(leaving);
    if (term) show(term);
    else if (shown && !box.contains(event.target) && shown !== document.activeElement) leaving = setTimeout(hide, 250);
  });
  // a tap or a click explains; the way to the glossary is in the explanation, and Enter follows the link
  document.addEventListener("click", (event) => {
    const term = termAt(event);
    if (term && event.detail > 0 && !event.metaKey && !event.ctrlKey && show(term)) event.preventDefault();
    else if (!term && !box.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", hide, { passive: true });

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
  document.addEventListener("htmx:after:settle", ({ target }) => {
    showTimes(target);
    if (target.id === "notices") target.querySelector(".notice-error")?.scrollIntoView({ block: "nearest" });
  });

  // what was wrong comes first
  const showWrong = () => document.querySelector("main [aria-invalid='true']")?.focus();
  showWrong();
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => { // unless one types on: it was sent by itself
    if (ctx.response?.status === 422 && ctx.sourceEvent?.type === "submit") showWrong();
  });

  // a page whose token is not good any more gets a new one with the refusal
  document.addEventListener("csrf-token", ({ detail: { token } }) => {
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    const around = document.querySelector("[hx-headers\\:inherited]");
    if (around) around.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
  });
})();
