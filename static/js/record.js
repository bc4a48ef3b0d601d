/* Writing a record together: each section saves itself, shows who else is in it, and never loses what was typed.
   Without this script every section has its own Save button and works by plain POST. */
(() => {
  "use strict";

  const page = document.querySelector("[data-record]");
  if (!page) return;
  const words = page.dataset;
  const QUIET_MS = 1200; // after the last key
  const RETRY_MS = 5000;
  const BEAT_MS = 8000;
  const REFUSED = new Set([403, 404, 409, 413]);
  const isJson = (answer) => (answer.headers.get("content-type") || "").includes("json");
  const sections = new Map();
  let voidedTold = false;

  class Section {
    constructor(element) {
      this.key = element.dataset.section;
      this.bind(element);
    }

    bind(element) {
      this.element = element;
      this.form = element.querySelector("form[data-autosave]");
      this.status = element.querySelector("[data-status]");
      this.slot = element.querySelector("[data-problem]");
      this.saved = this.snapshot();
      this.stopped = Boolean(this.slot.firstElementChild); // a conflict waits for a decision: no autosave over it
      this.form.addEventListener("input", () => this.later(QUIET_MS));
      this.form.addEventListener("change", () => this.later(QUIET_MS / 3));
      this.form.addEventListener("submit", (event) => this.submitted(event));
      this.form.addEventListener("click", (event) => this.clicked(event));
    }

    snapshot() {
      const pairs = [...new FormData(this.form)].filter(([name]) => !["csrfmiddlewaretoken", "version", "state"].includes(name));
      return JSON.stringify(pairs);
    }

    get dirty() {
      return this.snapshot() !== this.saved;
    }

    get version() {
      return Number(this.form.elements.version.value);
    }

    say(state, text) {
      this.status.dataset.state = state;
      this.status.textContent = text;
    }

    later(ms) {
      clearTimeout(this.timer);
      if (!this.stopped) this.timer = setTimeout(() => this.save(), ms);
    }

    submitted(event) {
      if (event.submitter && event.submitter.name === "act") return; // a button of the script-less page
      event.preventDefault();
      this.stopped = false;
      clearTimeout(this.timer);
      this.save(true);
    }

    async save(always = false) {
      if (this.stopped && !always) return; // a timer, or being online again, decides no conflict
      if (this.busy) return this.later(QUIET_MS);
      if (!always && !this.dirty) return;
      this.busy = true;
      const sent = this.snapshot();
      this.say("saving", words.saving);
      try {
        const answer = await fetch(this.form.action, {
          method: "POST",
          body: new FormData(this.form),
          headers: { "X-Requested-With": "record.js" },
          credentials: "same-origin",
          redirect: "error",
        });
        if (REFUSED.has(answer.status) && !isJson(answer)) return this.refused();
        if (!isJson(answer)) throw new Error(`answered ${answer.status}`);
        const data = await answer.json();
        this.clearErrors();
        if (answer.ok) this.stored(sent, data);
        else if (answer.status === 409 && data.html) this.conflict(data);
        else if (answer.status === 422) this.wrong(data.errors);
        else throw new Error(`answered ${answer.status}`);
      } catch {
        this.say("failed", words.failed);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.save(), RETRY_MS);
      } finally {
        this.busy = false;
      }
    }

    stored(sent, data) {
      this.saved = sent;
      this.form.elements.version.value = data.versions[this.key];
      this.form.elements.state.value = data.state;
      this.slot.replaceChildren();
      this.form.querySelector("button[type=submit]:not([name])").textContent = words.save;
      this.say("saved", words.saved);
      told(data);
      if (this.dirty) this.later(QUIET_MS);
    }

    refused() {
      // frozen, or not one's to write any more: trying again would not help, and the text must not look safe
      this.stopped = true;
      clearTimeout(this.timer);
      this.say("failed", words.refused);
    }

    conflict(data) {
      this.stopped = true;
      clearTimeout(this.timer); // what was typed meanwhile must not be saved over theirs unasked
      this.slot.innerHTML = data.html; // our own template, escaped on the server
      this.form.elements.version.value = data.version;
      this.form.elements.state.value = data.state;
      this.say("wrong", words.conflict);
      this.form.querySelector("button[type=submit]:not([name])").textContent = data.button;
      this.slot.firstElementChild?.scrollIntoView({ block: "nearest" });
    }

    wrong(errors) {
      this.say("wrong", words.wrong);
      for (const [name, messages] of Object.entries(errors)) {
        const control = this.form.querySelector(`[name="${CSS.escape(name)}"]`);
        const place = control?.closest(".field") || control?.closest("[data-row]") || this.form;
        const list = document.createElement("ul");
        list.className = "errors";
        list.dataset.fromScript = "";
        for (const message of messages) list.appendChild(document.createElement("li")).textContent = message;
        place.prepend(list);
        control?.setAttribute("aria-invalid", "true");
      }
    }

    clearErrors() {
      for (const list of this.form.querySelectorAll("[data-from-script]")) list.remove();
      for (const control of this.form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    }

    clicked(event) {
      const add = event.target.closest("[data-add-row]");
      if (add) {
        event.preventDefault();
        this.addRow(add.closest("[data-rows]"));
        return;
      }
      if (event.target.matches('[name$="-DELETE"]')) {
        const row = event.target.closest("[data-row]");
        const next = row.nextElementSibling || row.parentElement.closest("[data-rows]").querySelector("[data-add-row]");
        row.dataset.removed = "";
        (next?.querySelector?.("input:not([type=hidden]), textarea") || next)?.focus?.();
      }
    }

    addRow(list) {
      const total = list.querySelector('[name$="-TOTAL_FORMS"]');
      const holder = document.createElement("div");
      holder.innerHTML = list.querySelector("[data-blank-row]").innerHTML.replaceAll("__prefix__", total.value);
      const row = holder.firstElementChild;
      list.querySelector("[data-row-list]").appendChild(row);
      total.value = String(Number(total.value) + 1);
      row.querySelector("input:not([type=hidden]), textarea")?.focus();
    }

    people(names) {
      const text = names && names.length ? `${words.here} ${names.join(", ")}` : "";
      this.element.querySelector("[data-people]").textContent = text;
      const inNav = page.querySelector(`[data-people-of="${this.key}"]`);
      if (inNav) inNav.textContent = names ? names.join(", ") : "";
    }

    async catchUp() {
      // somebody saved it, and nothing is being typed here: show the new text in place of the old
      if (this.dirty || this.busy || this.stopped || this.element.contains(document.activeElement)) return;
      const answer = await fetch(this.form.action, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) return;
      const holder = document.createElement("div");
      holder.innerHTML = await answer.text();
      const fresh = holder.querySelector("[data-section]");
      if (!fresh || this.dirty || this.element.contains(document.activeElement)) return;
      this.element.replaceWith(fresh);
      this.bind(fresh);
    }
  }

  function told(data) {
    const list = page.querySelector("[data-problems] .todo");
    list.replaceChildren();
    for (const problem of data.problems) {
      const link = document.createElement("a");
      link.href = `#${problem.section}`;
      link.textContent = problem.message;
      list.appendChild(document.createElement("li")).appendChild(link);
    }
    page.querySelector("[data-problems] [data-some]").hidden = !data.problems.length;
    page.querySelector("[data-problems] [data-none]").hidden = data.problems.length > 0;
    const notice = document.querySelector("[data-in-sign-off]");
    if (notice && data.state === "draft" && !voidedTold) {
      voidedTold = true;
      notice.querySelector("p").textContent = words.voided;
    }
  }

  async function beat() {
    if (document.hidden) return;
    const here = document.activeElement?.closest?.("[data-section]");
    const body = new FormData();
    body.set("csrfmiddlewaretoken", page.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("section", here ? here.dataset.section : "");
    try {
      const answer = await fetch(words.presence, { method: "POST", body, credentials: "same-origin", redirect: "error" });
      if (!answer.ok) return;
      const data = await answer.json();
      for (const [key, section] of sections) {
        section.people(data.people[key]);
        if (data.versions[key] > section.version) section.catchUp().catch(() => {});
      }
    } catch {
      // offline: saving says so where it matters
    }
  }

  for (const element of page.querySelectorAll("[data-section]")) sections.set(element.dataset.section, new Section(element));
  document.addEventListener("focusin", (event) => {
    const section = event.target.closest?.("[data-section]");
    if (section && section.dataset.section !== beat.last) {
      beat.last = section.dataset.section;
      beat();
    }
  });
  window.addEventListener("online", () => sections.forEach((section) => section.save()));
  window.addEventListener("beforeunload", (event) => {
    if ([...sections.values()].some((section) => section.dirty)) event.preventDefault();
  });
  setInterval(beat, BEAT_MS);
  beat();
})();
