// Finds pages of which every word that is asked for is a part.
(function () {
  "use strict";
  const input = document.querySelector("input[type=search]");
  const list = document.getElementById("found");
  const up = document.body.dataset.up || "";
  const MOST = 30;

  function rank(title, path, words, asked) {
    let rank = 0;
    for (const word of asked) {
      if (title.includes(word)) rank += 10;
      else if (path.includes(word)) rank += 5;
      else if (words.includes(word)) rank += 1;
      else return 0;
    }
    return rank;
  }

  function show() {
    const asked = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = PAGES.map(([title, path, words]) => [rank(title.toLowerCase(), path, words, asked), title, path])
      .filter(([rank]) => rank > 0)
      .sort((one, other) => other[0] - one[0] || one[1].localeCompare(other[1]))
      .slice(0, MOST);
    list.replaceChildren(
      ...found.map(([, title, path]) => {
        const entry = document.createElement("li");
        const link = document.createElement("a");
        link.href = up + path;
        link.textContent = title;
        const place = document.createElement("small");
        place.textContent = path.replace(/\.html$/, "");
        entry.append(link, place);
        return entry;
      })
    );
    list.hidden = asked.length === 0;
    if (asked.length > 0 && found.length === 0) list.textContent = "Nothing is found.";
  }

  input.addEventListener("input", show);
})();
