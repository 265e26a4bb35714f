// Draws the specifications that stand beside each chart. Vega's own script is a file beside this page.
(() => {
  const holders = [...document.querySelectorAll("[data-chart]")];
  if (!holders.length) return;
  const options = {
    ast: true, // no eval: the policy of this page forbids it
    actions: false,
    renderer: "svg",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true, theme: "report" },
    loader: { http: () => Promise.reject(new Error("charts load nothing")) },
  };
  const script = document.createElement("script");
  script.src = "vega.js";
  script.onload = () => holders.forEach((holder) => {
    const spec = JSON.parse(document.getElementById("chart-" + holder.dataset.chart).textContent);
    spec.config.axisY = { labelLimit: Math.round(holder.clientWidth * 0.4) };
    // Vega names what it draws into "Vega visualization"; the holder keeps the name that says what is shown.
    const plot = document.createElement("div");
    plot.setAttribute("aria-hidden", "true");
    holder.append(plot);
    vegaEmbed(plot, spec, options).then(() => { holder.dataset.drawn = "yes"; }, (error) => { console.error(error); });
  });
  document.head.append(script);
})();
