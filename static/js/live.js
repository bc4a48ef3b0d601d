/*
 * The live client: holds one stream to the room for all tabs, and puts changed fragments in place (morph.js, loaded first).
 *
 * The page says what it wants with attributes; without this script every form still works and a reload shows the state.
 *   <main data-stream="/w/<id>/stream/?view=room" data-version="17"> around the fragments: one page, one stream
 *   <section id="stage" data-fragment>     a fragment: replaced by the stream's event of the same name as its id
 *   data-key="..." on a fragment's root    one that is being filled in: left alone as long as the key stays the same
 *   data-keep (on an element with an id)   an element that scripts own: never touched while it stays in its place
 *   <p data-stream-status role="status" data-lost="..." data-gone="..." hidden> says that the line is down, or the seat gone
 *   <template data-kept-draft> with a [data-text] element: shown with what was typed when its form has gone
 * After each change of a fragment its element gets the event "fragment" (bubbling), for scripts that decorate it.
 */
(() => {
  "use strict";

  const place = document.querySelector("[data-stream]");
  if (!place || !window.EventSource || !window.groundwork) return;
  const { put } = window.groundwork;
  const url = place.dataset.stream;
  const REFRESH = 4000; // while there is no stream the page is fetched this often
  const SILENCE = 37000; // the server sends something every 15 s; this long without is a dead line
  let version = Number(place.dataset.version || 0);

  /* ---- saying that the line is down ---------------------------------------------------------------------- */

  const status = document.querySelector("[data-stream-status]");
  const say = (what) => {
    document.documentElement.dataset.live = what || "on";
    if (!status) return;
    const text = what ? status.dataset[what] || "" : "";
    if (status.textContent !== text) status.textContent = text;
    status.hidden = !text;
  };

  /* ---- one stream for all tabs of this room -------------------------------------------------------------- */

  const names = () => [...document.querySelectorAll("[data-fragment][id]")].map((element) => element.id);
  const channel = window.BroadcastChannel ? new BroadcastChannel(`stream ${url}`) : null;
  const latest = new Map(); // what the stream said last, for tabs that open later
  let source = null;
  let leading = false;
  let isOpen = false;
  let gone = false;
  let tries = 0;
  let heard = Date.now();
  let retry = null;
  let down = null;

  const receive = (message) => {
    heard = Date.now();
    if (message.name === "open") return opened();
    if (message.id) {
      version = Math.max(version, message.id);
      place.dataset.version = version;
    }
    if (message.name === "beat") return;
    put(message.name, message.html);
  };

  const opened = () => {
    isOpen = true;
    tries = 0;
    clearInterval(down);
    down = null;
    say("");
  };

  const lost = () => {
    isOpen = false;
    if (gone || down) return;
    down = setInterval(refresh, REFRESH);
    setTimeout(() => { if (!isOpen && !gone) say("lost"); }, 1500);
  };

  const tell = (message) => {
    receive(message);
    if (channel) channel.postMessage(message);
  };

  const connect = () => {
    clearTimeout(retry);
    if (source) source.close();
    if (gone) return;
    const mine = source = new EventSource(url);
    mine.onopen = () => tell({ name: "open" });
    mine.onerror = () => {
      if (mine !== source) return;
      // the browser would come back after a fixed time, all of the room at once; we spread out
      mine.close();
      lost();
      again();
    };
    for (const name of [...names(), "beat"]) {
      mine.addEventListener(name, (event) => {
        const message = { name, html: event.data, id: Number(event.lastEventId) || 0 };
        if (name !== "beat") latest.set(name, message);
        tell(message);
      });
    }
  };

  const again = () => {
    clearTimeout(retry);
    const longest = Math.min(8000, 400 * 2 ** Math.min(tries, 6));
    tries += 1;
    retry = setTimeout(connect, longest * (0.25 + 0.75 * Math.random()));
  };

  // While there is no stream: the same fragments as one answer.
  let refreshing = false;
  const refresh = async () => {
    if (refreshing || gone || isOpen) return;
    refreshing = true;
    try {
      const answer = await fetch(url.replace("/stream/", "/state/"), { cache: "no-store" });
      if (answer.status === 404 || answer.status === 403) {
        gone = true;
        stepDown();
        clearInterval(down);
        say("gone");
      } else if (answer.ok) {
        const state = await answer.json();
        // a stream may have brought a newer state while this one was on its way
        if (state.version >= version && !isOpen) {
          version = state.version;
          place.dataset.version = version;
          for (const [name, html] of Object.entries(state.fragments)) put(name, html);
        }
      }
    } catch {
      // no line at all: the next turn tries again
    } finally {
      refreshing = false;
    }
  };
  place.addEventListener("acted", refresh); // without a stream, see the effect of one's own act at once

  const lead = () => {
    leading = true;
    connect();
  };

  let release = null;
  const stand = () => {
    if (!channel || !navigator.locks) return lead();
    channel.postMessage({ name: "hello" });
    navigator.locks.request(`stream ${url}`, () => {
      lead();
      return new Promise((resolve) => { release = resolve; }); // held until this tab goes
    });
  };

  const stepDown = () => {
    if (source) source.close();
    source = null;
    clearTimeout(retry);
    leading = false;
    isOpen = false;
    if (release) release();
    release = null;
  };

  if (channel) {
    channel.onmessage = (event) => {
      if (event.data.name !== "hello") {
        if (!leading) receive(event.data);
      } else if (leading && isOpen) {
        channel.postMessage({ name: "open" });
        for (const message of latest.values()) channel.postMessage(message);
      }
    };
  }

  // A dead line is silent: neither side is told. So silence itself is the sign, for leader and followers alike.
  setInterval(() => {
    if (gone || Date.now() - heard < SILENCE) return;
    heard = Date.now();
    lost();
    leading = true;
    connect();
  }, 5000);

  const back = () => {
    if (gone || isOpen && Date.now() - heard < 20000) return;
    tries = 0;
    if (leading) connect();
    refresh();
  };
  addEventListener("online", () => { if (leading) isOpen = false; back(); });
  addEventListener("offline", lost);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) back(); });
  addEventListener("pagehide", stepDown);
  addEventListener("pageshow", (event) => { if (event.persisted) { stand(); lost(); refresh(); } });

  setTimeout(() => { if (!isOpen) lost(); }, 2500);
  stand();
})();
