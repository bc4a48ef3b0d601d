/*
 * Keys and the timer. Keys only press what is on the page, so it works without them: 1-5 choose a score, arrows move,
 * R reveals, N goes on; off while somebody types. In the precheck the digits choose an answer.
 *   [data-press="r"]                 the button that the key R presses, while it is on the page
 */
(() => {
  "use strict";

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
        return;
      }
    }
    const button = document.querySelector(`[data-press="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button && !event.repeat) {
      event.preventDefault();
      button.click();
    }
  });

  /* ---- the timer: the server's clock, shown by ours ---------------------------------------------------------- */

  let ahead = -Infinity; // how far the server's clock is ahead of ours, in milliseconds
  let read = "";
  const tick = () => {
    const timer = document.querySelector(".timer[data-ends]");
    if (!timer) return;
    if (read !== timer.dataset.now) {
      read = timer.dataset.now;
      ahead = Math.max(ahead, Date.parse(read) - Date.now()); // what was drawn a while ago says too little
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
