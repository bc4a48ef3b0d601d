/*
 * Keys, the timer and one-tap votes in the room. Everything here only presses what is on the page, so the page works
 * without it: 1-5 choose a score, arrows move, R reveals, N goes on; off while somebody types.
 */
(() => {
  "use strict";

  /* ---- one tap votes ----------------------------------------------------------------------------------------- */

  document.addEventListener("change", (event) => {
    const choice = event.target;
    const form = choice.closest("form[data-ballot]");
    if (form && choice.name === "score") form.requestSubmit(form.querySelector("button:not([formaction])"));
    const auto = choice.closest("form[data-auto-submit]");
    if (auto) auto.requestSubmit();
  });

  /* ---- keys -------------------------------------------------------------------------------------------------- */

  const isTyping = (element) =>
    element && (element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName) ||
      (element.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(element.type)));

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!document.querySelector("[data-room-keys]")) return;
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

  /* ---- the timer: the server's clock, shown by ours ----------------------------------------------------------- */

  let ahead = 0; // how far the server's clock is ahead of ours, in milliseconds
  const readClock = () => {
    const timer = document.querySelector(".timer[data-ends]");
    if (timer && timer.dataset.read !== timer.dataset.now) {
      ahead = Date.parse(timer.dataset.now) - Date.now();
      timer.dataset.read = timer.dataset.now;
    }
    return timer;
  };
  const tick = () => {
    const timer = readClock();
    if (!timer) return;
    const left = Math.ceil((Date.parse(timer.dataset.ends) - Date.now() - ahead) / 1000);
    timer.classList.toggle("is-over", left <= 0);
    timer.textContent =
      left <= 0 ? timer.dataset.over : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  };
  document.addEventListener("fragment", tick);
  setInterval(tick, 500);
  tick();
})();
