/* Charts from data in the page: <figure data-chart="id of a script[type='application/json']">
   with a <canvas>. The data: {type: "bar"|"line", labels, unit, stacked, series: [{name, values,
   color: 1..8, kind?, dashed?, fill?}], lines: [{name, value, color}]}. The table beside it says
   the same in words; the canvas is a picture for those who see it. */

const drawn = new Map();

function colour(index) {
  const probe = document.createElement("span");
  probe.className = `tg-c${index}`;
  probe.hidden = true;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function token(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function formatter(data) {
  const language = document.documentElement.lang || "en";
  const figures = { numberingSystem: "latn", maximumFractionDigits: data.decimals ?? 2 };
  if (data.currency) Object.assign(figures, { style: "currency", currency: data.currency });
  const number = new Intl.NumberFormat(language, figures);
  /* A figure reads from left to right wherever it stands. */
  return { format: (value) => `\u2066${number.format(value).replace(/[\u200e\u200f]/g, "")}\u2069` };
}

function dataset(series, index, data) {
  const paint = colour(series.color ?? index + 1);
  const line = (series.kind || data.type) === "line";
  return {
    label: series.name,
    data: series.values,
    type: line ? "line" : "bar",
    backgroundColor: series.fill ? paint.replace(/\)$/, " / 0.14)") : paint,
    borderColor: paint,
    borderWidth: line ? 2 : 0,
    borderDash: series.dashed ? [5, 4] : undefined,
    borderRadius: line ? 0 : 2,
    fill: Boolean(series.fill),
    pointRadius: 0,
    pointHoverRadius: 4,
    stepped: series.stepped ?? false,
    tension: 0,
    maxBarThickness: 28,
    categoryPercentage: 0.82,
    barPercentage: 0.92,
    order: line ? 0 : 1,
    spanGaps: true,
  };
}

function level(line, count) {
  return { name: line.name, values: new Array(count).fill(line.value), color: line.color, kind: "line", dashed: true };
}

function options(data) {
  const mirrored = document.documentElement.dir === "rtl";
  const number = formatter(data);
  const unit = data.unit ? ` ${data.unit}` : "";
  const ink = token("--tg-ink-3");
  const grid = token("--tg-line");
  const stacked = Boolean(data.stacked);
  const font = { family: getComputedStyle(document.body).fontFamily, size: 11 };
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { display: false },
      tooltip: {
        rtl: mirrored,
        textDirection: mirrored ? "rtl" : "ltr",
        backgroundColor: token("--tg-ink"),
        titleColor: token("--tg-surface"),
        bodyColor: token("--tg-surface"),
        bodyFont: font,
        titleFont: { ...font, weight: 600 },
        padding: 10,
        cornerRadius: 6,
        boxWidth: 8,
        boxHeight: 8,
        boxPadding: 4,
        multiKeyBackground: "transparent",
        callbacks: { label: (item) => ` ${item.dataset.label}: ${number.format(item.parsed.y)}${unit}` },
      },
    },
    scales: {
      x: {
        stacked,
        reverse: mirrored,
        grid: { display: false },
        border: { color: grid },
        ticks: { color: ink, font, maxRotation: 0, autoSkipPadding: 16 },
      },
      y: {
        stacked,
        position: mirrored ? "right" : "left",
        beginAtZero: data.zero ?? true,
        grid: { color: grid, drawTicks: false },
        border: { display: false },
        ticks: { color: ink, font, padding: 8, maxTicksLimit: 5, callback: (value) => `${number.format(value)}${unit}` },
      },
    },
  };
}

function draw(figure) {
  const source = document.getElementById(figure.dataset.chart);
  const canvas = figure.querySelector("canvas");
  if (!source || !canvas) return;
  const data = JSON.parse(source.textContent);
  const series = [...data.series, ...(data.lines ?? []).map((line) => level(line, data.labels.length))];
  drawn.get(figure)?.destroy();
  drawn.set(
    figure,
    new Chart(canvas, {
      type: data.type,
      data: { labels: data.labels, datasets: series.map((one, index) => dataset(one, index, data)) },
      options: options(data),
    }),
  );
}

function drawAll() {
  for (const [figure, chart] of drawn) {
    if (figure.isConnected) continue;
    chart.destroy();
    drawn.delete(figure);
  }
  document.querySelectorAll("[data-chart]").forEach(draw);
}

drawAll();
document.addEventListener("theme:change", drawAll);
document.addEventListener("htmx:afterSettle", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
