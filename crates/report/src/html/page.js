"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;

  const theme = byId("theme");
  theme.addEventListener("change", () => {
    if (theme.value === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme.value;
  });

  // Whatever a link leads to is opened, so that it can be seen.
  const open = (element) => {
    for (let at = element; at; at = at.parentElement) if (at.localName === "details") at.open = true;
  };
  const follow = () => {
    const target = location.hash && byId(location.hash.slice(1));
    if (!target) return;
    open(target.matches(".finding") ? target.firstElementChild : target);
    target.closest(".finding")?.removeAttribute("hidden");
    target.scrollIntoView({ block: "start" });
    target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);

  // Paper cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((details) => { details.open = false; }));

  const filters = byId("filters");
  if (filters) {
    const cards = [...document.querySelectorAll(".finding")];
    const words = new WeakMap();
    // Made of what is in the card when somebody searches for the first time: most readers never do.
    const wordsOf = (card) => {
      if (!words.has(card)) words.set(card, card.textContent.toLowerCase());
      return words.get(card);
    };
    const search = byId("search");
    const choices = ["severity", "rule", "application"].map(byId).filter(Boolean);
    const apply = () => {
      const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const card of cards) {
        const isChosen = choices.every((choice) => !choice.value || card.dataset[choice.id] === choice.value);
        const isShown = isChosen && wanted.every((word) => wordsOf(card).includes(word));
        card.hidden = !isShown;
        if (isShown) count += 1;
      }
      byId("count").textContent = count === cards.length
        ? `${count} ${count === 1 ? "place" : "places"}`
        : `${count} of ${cards.length} places`;
    };
    let waiting = 0;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, 120);
    });
    choices.forEach((choice) => choice.addEventListener("change", apply));
    filters.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
    filters.addEventListener("reset", () => setTimeout(apply));
    const openShown = (isOpen) => cards.forEach((card) => {
      if (!card.hidden) card.firstElementChild.open = isOpen;
    });
    byId("open-all").addEventListener("click", () => openShown(true));
    byId("close-all").addEventListener("click", () => openShown(false));
    filters.hidden = false;
    // A browser that goes back to the page keeps what was chosen.
    apply();
  }
  follow();
})();
