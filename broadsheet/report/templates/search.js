// Searches the chunks of articles in search/, which are scripts, since a page from disk may fetch nothing else.
(() => {
  const SHOWN = 100;
  const at = (id) => document.getElementById(id);
  const search = at("search");
  const { release } = search.dataset;
  const chunks = Number(search.dataset.chunks), total = Number(search.dataset.total);
  const rows = [];
  let loaded = 0, loading = false, limit = SHOWN, stale = false;

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  window.broadsheet = {
    take(made, part) {
      stale ||= made !== release;
      for (const [id, day, title, path, byline, tone, comments, readers] of part) {
        const words = fold([title, byline, path].filter(Boolean).join(" "));
        rows.push({ id, day, title, path, tone, comments, readers, words });
      }
    },
  };

  const orders = {
    newest: null,
    comments: (row) => -row.comments,
    "readers-negative": (row) => row.readers,
    "readers-positive": (row) => row.readers === null ? null : -row.readers,
    gap: (row) => row.readers === null || row.tone === null ? null : -Math.abs(row.readers - row.tone),
  };
  const roles = { tr: "row", th: "rowheader", td: "cell" };
  const make = (name, text, kind) => {
    const made = document.createElement(name);
    if (name in roles) made.setAttribute("role", roles[name]); // as in the table macro
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const signed = (value) => {
    if (value === null) return "–";
    const text = Math.abs(value).toFixed(2);
    return text === "0.00" ? text : (value < 0 ? "−" : "+") + text;
  };
  const cell = (name, text, kind) => {
    const made = make("td", text, kind);
    made.dataset.name = name;
    return made;
  };
  const toned = (name, value) => {
    const made = cell(name, undefined, "n");
    const shown = signed(value);
    made.append(make("span", shown, shown[0] === "−" ? "neg" : shown[0] === "+" ? "pos" : "neu"));
    return made;
  };
  const line = (row) => {
    const made = make("tr"), head = make("th"), link = make("a");
    head.scope = "row";
    link.href = `articles/${row.id.slice(0, 2)}/${row.id}.html`; // an id is 32 hexadecimal digits
    link.append(make("bdi", row.title ?? "no headline"));
    head.append(link, " ", make("bdi", row.path, "path soft"));
    made.append(
      head,
      cell("ingested", row.day, "day"),
      cell("comments", row.comments.toLocaleString("en"), "n"),
      toned("article's tone", row.tone),
      toned("readers' tone", row.readers),
    );
    return made;
  };

  const show = () => {
    const words = fold(at("words").value).split(/\s+/).filter(Boolean);
    const key = orders[at("order").value];
    let found = rows.filter((row) => words.every((word) => row.words.includes(word)));
    if (key) {
      found = found.map((row) => [key(row), row]).filter(([value]) => value !== null);
      found = found.sort((one, other) => one[0] - other[0]).map(([, row]) => row);
    }
    at("found").replaceChildren(...found.slice(0, limit).map(line));
    at("more").hidden = found.length <= limit;
    const of = loaded < chunks ? `, ${rows.length.toLocaleString("en")} of ${total.toLocaleString("en")} articles looked at` : "";
    const shown = found.length > limit ? `, the first ${limit} shown` : "";
    at("status").textContent = stale
      ? "A newer release has come: load this page again."
      : `${found.length.toLocaleString("en")} found${shown}${of}.`;
    if (loaded < chunks && (words.length || key)) load();
  };
  const load = () => {
    if (loading || loaded >= chunks) return;
    loading = true;
    const script = document.createElement("script");
    script.src = `search/${loaded + 1}.js`;
    const done = () => { loading = false; loaded += 1; script.remove(); show(); };
    script.onload = done;
    script.onerror = () => { stale = true; done(); };
    document.head.append(script);
  };

  let waiting;
  at("words").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { limit = SHOWN; show(); }, 120);
  });
  at("order").addEventListener("change", () => { limit = SHOWN; show(); });
  at("more").addEventListener("click", () => { limit += SHOWN; show(); });
  search.hidden = false;
  load();
})();
