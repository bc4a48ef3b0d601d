/*
 * Sends the forms of a live page without leaving it, and does not give up at a dropped line: what was sent is either
 * delivered or visibly not counted, and stays in the form. Without this script the same forms are posted plainly.
 *
 *   [data-stream] gets the attributes data-sending, data-waiting and data-unsent: what to say while a form is under way,
 *   while it is tried again, and when it was given up. <form data-plain> is left to the browser.
 * The server tells these requests by the header HX-Request, and answers with nothing (204), a fragment, or a page.
 */
(() => {
  "use strict";

  const place = document.querySelector("[data-stream]");
  if (!place || !window.groundwork) return;
  const { put, putPage } = window.groundwork;
  const PATIENCE = 120000; // how long an unsent form is tried again
  const underWay = new WeakSet();

  const say = (form, what, text) => {
    let note = form.querySelector("[data-send-status]");
    if (!note) {
      if (!text) return;
      note = document.createElement("p");
      note.dataset.sendStatus = "";
      note.setAttribute("role", "status");
      form.append(note);
    }
    note.className = what ? `send-status send-${what}` : "send-status";
    note.textContent = text;
    note.hidden = !text;
  };

  const fragmentOf = (html) => {
    const box = document.createElement("template");
    box.innerHTML = html;
    return box.content.firstElementChild;
  };

  const show = async (form, answer) => {
    const html = answer.status === 204 ? "" : await answer.text();
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) return location.assign(elsewhere);
    const target = answer.headers.get("HX-Retarget");
    if (target) {
      const slot = document.querySelector(target);
      const notice = fragmentOf(html);
      if (slot && notice) slot.prepend(notice);
      return;
    }
    if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
    if (!html.trim()) return;
    if (/^\s*<(!doctype|html)/i.test(html)) {
      const page = new DOMParser().parseFromString(html, "text/html");
      if (page.querySelector("[data-stream]")) putPage(page, { force: true });
      else say(form, "unsent", place.dataset.unsent || ""); // an error page: what was typed matters more than its words
      return;
    }
    const fresh = fragmentOf(html);
    if (!fresh) return;
    if (fresh.id && document.getElementById(fresh.id)) put(fresh.id, html, { force: true });
    else document.querySelector("#notices")?.prepend(fresh);
  };

  const wait = (milliseconds) => new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
  });

  const send = async (form, body, action) => {
    const until = Date.now() + PATIENCE;
    for (let tries = 0; ; tries += 1) {
      let answer = null;
      try {
        answer = await fetch(action, {
          method: "POST",
          body,
          headers: { "HX-Request": "true", Accept: "text/html" },
          signal: AbortSignal.timeout ? AbortSignal.timeout(20000) : undefined,
        });
      } catch {
        // The line is down or the server starts anew. Perhaps it was heard all the same: sent again, a ballot overwrites
        // itself, a facilitator's form is refused for its stage, and a note stands there twice.
      }
      if (answer && ![502, 503, 504].includes(answer.status)) return answer;
      if (Date.now() > until || !form.isConnected) return null;
      say(form, "waiting", place.dataset.waiting || "");
      const asked = answer ? Number(answer.headers.get("Retry-After")) * 1000 : 0;
      await wait(Math.max(asked, Math.min(8000, 500 * 2 ** tries)) * (0.5 + 0.5 * Math.random()));
      if (!form.isConnected) return null;
    }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !place.contains(form) || form.hasAttribute("data-plain")) return;
    if ((form.getAttribute("method") || "get").toLowerCase() !== "post") return;
    event.preventDefault();
    if (underWay.has(form)) return; // one press, one act
    underWay.add(form);
    form.setAttribute("aria-busy", "true");
    const button = event.submitter;
    const action = button?.getAttribute("formaction") || form.action;
    const body = new URLSearchParams(new FormData(form, button));
    const slow = setTimeout(() => say(form, "sending", place.dataset.sending || ""), 600);
    try {
      const answer = await send(form, body, action);
      clearTimeout(slow);
      say(form, "", "");
      if (answer) {
        if (answer.ok) settled(form);
        await show(form, answer);
        form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: { status: answer.status } }));
        place.dispatchEvent(new CustomEvent("acted"));
      } else {
        say(form, "unsent", place.dataset.unsent || "");
      }
    } finally {
      clearTimeout(slow);
      underWay.delete(form);
      form.removeAttribute("aria-busy");
    }
  });

  // What was delivered is no longer a draft: from here on the server's word counts for these fields.
  const settled = (form) => {
    for (const field of form.elements) {
      if (field.type === "radio" || field.type === "checkbox") field.defaultChecked = field.checked;
      else if (field.tagName === "SELECT") [...field.options].forEach((option) => { option.defaultSelected = option.selected; });
      else if (field.type !== "hidden" && "defaultValue" in field) field.defaultValue = field.value;
    }
  };
})();
