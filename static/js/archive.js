/* Progress of an archive without reloading; when it has ended, the page is loaded once more to show the file. */
(() => {
  "use strict";

  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok) {
        const { archives } = await answer.json();
        for (const archive of archives) {
          const meter = document.getElementById(`archive-${archive.id}`);
          if (!meter) continue;
          if (archive.state === "done" || archive.state === "failed") return location.reload();
          meter.value = archive.done;
          const count = document.querySelector(`[data-count="${archive.id}"]`);
          count.textContent = count.textContent.replace(/\d+/, archive.done);
        }
      }
    } catch {
      // offline: ask again
    }
    setTimeout(look, 1500);
  };
  setTimeout(look, 1000);
})();
