/*
 * Keys, the timer and answers saved before the meeting moves on. Everything here only presses what is on
 * the page, so the page works without it: 1-5 choose a score, arrows move, R reveals, N goes on; off while somebody types.
 *
 *   form[data-after-save="id"]       goes only after the form of that id, if it holds unsaved answers, has been kept
 *   [data-press="r"]                 the button that the key R presses, while it is on the page
 */
(() => {
  "use strict";

  /* ---- answers are kept before the meeting moves on --------------------------------------------------------- */

  const isUnsaved = (form) => [...form.elements].some((field) =>
    /^(radio|checkbox)$/.test(field.type) ? field.checked !== field.defaultChecked
      : field.tagName === "TEXTAREA" && field.value !== field.defaultValue);

  const stageOf = (form) => form.elements.namedItem("stage")?.value;

  document.addEventListener("submit", (event) => {
    const onward = event.target;
    const first = onward.dataset.afterSave && document.getElementById(onward.dataset.afterSave);
    if (!first || !isUnsaved(first)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const before = stageOf(onward);
    first.addEventListener("htmx:finally:request", (done) => {
      if (!done.detail.ctx.response || done.detail.ctx.response.status >= 400) return;
      // the answers raised the room's stage; go on with the one that comes back
      const until = Date.now() + 5000;
      const wait = setInterval(() => {
        const form = document.getElementById(onward.id);
        const isThere = form && stageOf(form) !== before;
        if (!isThere && Date.now() < until) return;
        clearInterval(wait);
        if (isThere) form.requestSubmit();
      }, 60);
    }, { once: true });
    first.requestSubmit();
  }, true);

  /* ---- keys ------------------------------------------------------------------------------------------------- */

  const isTyping = (element) =>
    element && (element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName) ||
      (element.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(element.type)));

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!document.querySelector("[data-room-keys]") || document.querySelector("dialog[open]")) return;
    const score = "12345".indexOf(event.key);
    if (score >= 0 && event.key.length === 1) {
      const forms = document.querySelectorAll("form[data-ballot]");
      const form = event.target.closest("form[data-ballot]") || (forms.length === 1 ? forms[0] : null);
      const target = form && form.querySelectorAll("input[name=score]")[score];
      if (target) {
        event.preventDefault();
        target.focus();
        if (!target.checked) target.click();
      }
      return;
    }
    const button = document.querySelector(`[data-press="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button && !event.repeat) {
      event.preventDefault();
      button.click();
    }
  });

  /* ---- the timer: the server's clock, shown by ours ---------------------------------------------------------- */

  let ahead = 0; // how far the server's clock is ahead of ours, in milliseconds
  let read = "";
  const tick = () => {
    const timer = document.querySelector(".timer[data-ends]");
    if (!timer) return;
    if (read !== timer.dataset.now) {
      read = timer.dataset.now;
      ahead = Date.parse(read) - Date.now();
    }
    const left = Math.ceil((Date.parse(timer.dataset.ends) - Date.now() - ahead) / 1000);
    timer.classList.toggle("is-over", left <= 0);
    timer.classList.toggle("is-near", left > 0 && left <= 30);
    const text = left <= 0 ? timer.dataset.over : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (timer.textContent !== text) timer.textContent = text;
  };
  document.addEventListener("htmx:after:settle", tick);
  setInterval(tick, 500);
  tick();
})();
