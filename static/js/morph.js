/*
 * Puts a new state of a fragment in the place of the old one and loses nothing: what was typed, the caret, the focus,
 * what somebody opened. Elements are matched by id, fields also by name; so give ids to what should glide or stay.
 */
(() => {
  "use strict";

  const isField = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

  const isDirty = (field) => {
    if (field.type === "hidden" || field.type === "submit" || field.type === "button") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") {
      const chosen = [...field.options];
      const someDefault = chosen.some((option) => option.defaultSelected);
      return chosen.some((option, index) =>
        option.selected !== (someDefault || field.multiple ? option.defaultSelected : index === 0));
    }
    return field.value !== field.defaultValue;
  };

  // A radio button is touched when anybody in its group is: the group is one answer.
  const isTouched = (field) => {
    if (field.type === "radio" && field.form && field.name) {
      return [...field.form.elements].some((other) =>
        other.type === "radio" && other.name === field.name && isDirty(other));
    }
    return isDirty(field) || (field === document.activeElement && field.type !== "submit");
  };

  const isToken = (node) => node.name === "csrfmiddlewaretoken";

  // Two nodes may be one and the same in two states.
  const sameKind = (old, fresh) =>
    old.nodeName === fresh.nodeName && (old.id || "") === (fresh.id || "") &&
    (old.nodeType !== Node.ELEMENT_NODE || !isField(old) || (old.type === fresh.type && old.name === fresh.name));

  // What makes an element the same across states: its id, or for a field its name (and for choices the value).
  const keyOf = (element) => {
    if (element.id) return `#${element.id}`;
    if (!element.name) return "";
    const choice = element.type === "radio" || element.type === "checkbox" ? element.getAttribute("value") : "";
    return `${element.name}=${choice}`;
  };

  // For each element the keys it contains that both states know.
  const keysWithin = (root, shared) => {
    const within = new Map();
    for (const element of root.querySelectorAll("[id], input, textarea, select")) {
      const key = keyOf(element);
      if (!shared.has(key)) continue;
      for (let up = element; up && up !== root; up = up.parentElement) {
        if (!within.has(up)) within.set(up, new Set());
        within.get(up).add(key);
      }
    }
    return within;
  };

  const allKeys = (root) =>
    new Set([...root.querySelectorAll("[id], input, textarea, select")].map(keyOf).filter(Boolean));

  const syncAttributes = (old, fresh, keptHere) => {
    const own = keptHere ? ["value", "checked"] : [];
    // what a person opened stays open, whatever the server believes
    if (old.tagName === "DETAILS" || old.tagName === "DIALOG") own.push("open");
    for (const { name, value } of fresh.attributes) {
      if (!own.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!own.includes(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
  };

  const morph = (old, fresh, keys) => {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    if (old.hasAttribute("data-keep") && fresh.hasAttribute("data-keep")) return;
    if (isField(old)) return morphField(old, fresh, keys);
    syncAttributes(old, fresh, false);
    morphChildren(old, fresh, keys);
  };

  const morphField = (old, fresh, keys) => {
    if (isToken(old)) return; // a pushed fragment is made for many and carries nobody's token
    const touched = isTouched(old);
    syncAttributes(old, fresh, touched);
    if (touched) return;
    if (old.tagName !== "INPUT") morphChildren(old, fresh, keys);
    if (old.type === "checkbox" || old.type === "radio") old.checked = fresh.defaultChecked;
    else if (old.tagName === "SELECT") [...old.options].forEach((option, at) => { option.selected = fresh.options[at].selected; });
    else if (old.type !== "file" && old.value !== fresh.defaultValue) old.value = fresh.defaultValue;
  };

  const findMatch = (wanted, here, keys) => {
    const wantedKeys = keys.fresh.get(wanted);
    for (let node = here; node; node = node.nextSibling) {
      const nodeKeys = keys.old.get(node);
      if (wantedKeys) {
        if (nodeKeys && node.nodeName === wanted.nodeName && [...wantedKeys].some((key) => nodeKeys.has(key))) return node;
      } else if (nodeKeys) {
        return null; // whatever holds a known field is not skipped for the sake of a paragraph
      } else if (!isToken(node) && sameKind(node, wanted)) {
        return node;
      }
    }
    return null;
  };

  const morphChildren = (old, fresh, keys) => {
    let here = old.firstChild;
    // A matched node stays where it is, and what stands before it moves or goes: moving would cost focus and caret.
    const passUntil = (stop) => {
      while (here !== stop) {
        const next = here.nextSibling;
        if (stop && keys.old.has(here)) old.appendChild(here);
        else if (!isToken(here)) here.remove();
        here = next;
      }
    };
    for (const wanted of [...fresh.childNodes]) {
      const match = findMatch(wanted, here, keys);
      if (!match) {
        while (here && isToken(here)) here = here.nextSibling;
        old.insertBefore(wanted, here);
        continue;
      }
      passUntil(match);
      here = match.nextSibling;
      morph(match, wanted, keys);
    }
    passUntil(null);
  };

  const morphRoot = (old, fresh) => {
    const freshKeys = allKeys(fresh);
    const shared = new Set([...allKeys(old)].filter((key) => freshKeys.has(key)));
    syncAttributes(old, fresh, false);
    morphChildren(old, fresh, { old: keysWithin(old, shared), fresh: keysWithin(fresh, shared) });
  };

  const token = () => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken][value]:not([value=''])");
    return field ? field.value : "";
  };
  const pageToken = token();

  // Fragments are made for many people at once, so they carry nobody's token: each form here gets the page's.
  const giveTokens = (root) => {
    for (const form of root.querySelectorAll("form")) {
      if (form.getAttribute("method")?.toLowerCase() !== "post" || !pageToken) continue;
      let field = form.querySelector("input[name=csrfmiddlewaretoken]");
      if (!field) {
        field = document.createElement("input");
        field.type = "hidden";
        field.name = "csrfmiddlewaretoken";
        form.prepend(field);
      }
      if (!field.value) field.value = pageToken;
    }
  };

  const typedIn = (root) =>
    [...root.querySelectorAll("textarea, input[type=text], input:not([type])")]
      .filter((field) => field.value.trim() && isDirty(field))
      .map((field) => field.value);

  // What was typed into a form that has gone meanwhile (the round was revealed) stays on screen, to be copied.
  const showKept = (texts) => {
    const pattern = document.querySelector("template[data-kept-draft]");
    if (!pattern) return;
    for (const text of texts) {
      const note = pattern.content.firstElementChild.cloneNode(true);
      const slot = note.querySelector("[data-text]");
      if ("value" in slot) slot.value = text;
      else slot.textContent = text;
      pattern.after(note);
    }
  };

  // Give the fragment of this name new content; a fragment whose key is the same is being filled in and stays.
  const put = (name, html, { force = false } = {}) => {
    const old = document.getElementById(name);
    if (!old || !old.hasAttribute("data-fragment")) return;
    const box = document.createElement("template");
    box.innerHTML = html;
    const fresh = box.content.firstElementChild;
    if (!fresh || (!force && fresh.dataset.key && fresh.dataset.key === old.dataset.key)) return;
    const before = typedIn(old);
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const caret = held && held.selectionStart != null ? [held.selectionStart, held.selectionEnd] : null;
    fresh.setAttribute("data-fragment", "");
    morphRoot(old, fresh);
    giveTokens(old);
    const after = typedIn(old);
    showKept(before.filter((text) => !after.includes(text)));
    if (held && held !== document.activeElement) {
      // a keyboard or screen reader must not be thrown back to the top of the page
      const target = held.isConnected && old.contains(held) ? held : old;
      if (target === old && !old.hasAttribute("tabindex")) old.setAttribute("tabindex", "-1");
      target.focus({ preventScroll: true });
      if (target === held && caret) held.setSelectionRange(...caret);
    }
    if (window.htmx && window.htmx.process) window.htmx.process(old);
    old.dispatchEvent(new CustomEvent("fragment", { bubbles: true, detail: { name } }));
  };

  // Take over all fragments of a whole page, such as the answer to a form that was wrong.
  const putPage = (page, options) => {
    for (const fresh of page.querySelectorAll("[data-fragment][id]")) put(fresh.id, fresh.outerHTML, options);
  };

  window.groundwork = Object.assign(window.groundwork || {}, { put, putPage });
})();
