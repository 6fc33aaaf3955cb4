/** report.html: the result of a training run as one HTML page, without scripts or external files. */

import { classScores } from "../../metrics/class-scores.js";
import type { Evaluation } from "../../network/evaluation.js";
import type { EpochReport } from "../../training/fit.js";
import { escaped } from "./svg.js";

/** The epoch with the lowest validation loss: the model has its weights. */
export interface BestEpoch {
  readonly epoch: number;
  readonly validationLoss: number;
}

/** What the page shows. */
export interface ReportData {
  readonly title: string;
  /** Name and value of each setting, in the order they are shown. */
  readonly settings: Readonly<Record<string, string>>;
  readonly epochs: readonly EpochReport[];
  /** The epoch whose weights were kept; undefined: the last. */
  readonly best?: BestEpoch;
  /** Warnings during training. */
  readonly warnings?: readonly string[];
  /** The test result, if there were test rows. */
  readonly test?: Evaluation;
  /** Names of the classes; undefined for a regression. */
  readonly classes?: readonly string[];
  /** The line below the heading; default: accuracy and loss. */
  readonly result?: string;
  /** SVG markup, such as from `curvesSvg`, which is not escaped. */
  readonly charts: readonly { readonly label: string; readonly svg: string }[];
  /** Test images with their predicted and true class. */
  readonly samples: readonly Sample[];
}

interface Sample {
  /** A PNG file. */
  readonly png: Uint8Array;
  readonly predicted: string;
  readonly label: string;
}

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0; --card: #f6f8fa;
  --hit: 37 99 235; --miss: 217 83 25; --strength: 0.5; --wrong: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --ink: #e6edf3; --dim: #9198a1; --line: #3d444d; --card: #161b22; --strength: 0.7;
    --wrong: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 800px; padding: 24px 16px 64px; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { margin: 0 0 8px; font-size: 1.75rem; line-height: 1.25; }
h2 { margin: 40px 0 12px; font-size: 1.25rem; }
p { margin: 0 0 12px; }
.result { font-size: 1.125rem; }
.warning { padding: 8px 12px; border-left: 4px solid var(--wrong); background: var(--card); }
.note { color: var(--dim); font-size: 0.875rem; }
.scroll { overflow-x: auto; }
.chart { margin: 0 0 16px; background: #fff; border: 1px solid var(--line); border-radius: 8px; }
.chart svg { display: block; width: 100%; min-width: 480px; height: auto; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 12px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
thead th { background: var(--card); }
.settings th, .settings td { text-align: left; white-space: normal; vertical-align: top; }
.settings th { color: var(--dim); font-weight: 400; }
.epochs { width: 100%; }
.kept { background: var(--card); font-weight: 700; }
.confusion th, .confusion td { min-width: 44px; padding: 6px 8px; border: 1px solid var(--line); text-align: center; }
.confusion .hit { background: rgb(var(--hit) / calc(var(--share) * var(--strength))); font-weight: 700; }
.confusion .miss { background: rgb(var(--miss) / calc(var(--share) * var(--strength))); }
.confusion .none { color: var(--dim); }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 12px; margin: 0;
  padding: 0; list-style: none; }
.samples li { padding: 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--card);
  font-size: 0.875rem; line-height: 1.4; text-align: center; }
.samples img { display: block; width: 84px; height: 84px; margin: 0 auto 6px; object-fit: contain;
  image-rendering: pixelated; }
.samples .wrong { border: 2px dashed var(--wrong); padding: 7px; }
.wrong strong { color: var(--wrong); }
`;

/** The page for `data`. Escapes every text except the SVGs. */
export function htmlReport(data: ReportData): string {
  const title = escaped(data.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="result">${resultLine(data)}</p>
${data.best ? `<p>Kept: ${describeBest(data.best, data.epochs.length)}.</p>` : ""}
${(data.warnings ?? []).map((text) => `<p class="warning">Warning: ${escaped(text)}</p>`).join("\n")}
${settingsSection(data.settings)}
<h2>Charts</h2>
${data.charts.map(({ label, svg }) => chart(label, svg)).join("\n")}
${classSections(data)}
${epochsSection(data)}
${samplesSection(data.samples)}
</main>
</body>
</html>
`;
}

function resultLine({ test, result }: ReportData): string {
  if (result !== undefined) return escaped(result);
  if (!test) return "There were no test rows.";
  return `Test accuracy <strong>${percent(test.accuracy)}</strong>, loss <strong>${test.loss.toFixed(4)}</strong>`;
}

function settingsSection(settings: Readonly<Record<string, string>>): string {
  const rows = Object.entries(settings).map(
    ([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
  );
  return rows.length === 0 ? "" : `<h2>Settings</h2>\n${scrolling("Settings", "settings", rows.join("\n"))}`;
}

function chart(label: string, svg: string): string {
  return `<div class="chart scroll" role="region" aria-label="${label}" tabindex="0">${svg}</div>`;
}

function epochsSection({ epochs, best }: ReportData): string {
  if (epochs.length === 0) return "<h2>Epochs</h2>\n<p>No epoch was trained.</p>";
  const score = epochs.some(({ trainR2 }) => trainR2 !== undefined) ? "R²" : "acc.";
  const scores = [`Train ${score}`, "Val. loss", `Val. ${score}`];
  const names = ["Epoch", "Train loss", ...scores, "Train s", "Eval. s", "Samples/s"];
  const head = `<thead><tr>${names.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>`;
  const note = epochs.some(({ completed }) => !completed) ? '\n<p class="note">* interrupted</p>' : "";
  const body = `${head}\n<tbody>\n${epochs.map((report) => epochRow(report, report.epoch === best?.epoch)).join("\n")}\n</tbody>`;
  return `<h2>Epochs</h2>\n${scrolling("Epochs", "epochs", body)}${note}`;
}

function epochRow(report: EpochReport, isKept: boolean): string {
  const cells = [
    report.trainLoss.toFixed(4),
    report.trainR2?.toFixed(4) ?? percent(report.trainAccuracy),
    report.valLoss?.toFixed(4) ?? "–",
    report.valR2?.toFixed(4) ?? percent(report.valAccuracy),
    report.trainSeconds.toFixed(2),
    report.evalSeconds.toFixed(2),
    Math.round(report.samplesPerSecond).toLocaleString("en"),
  ];
  const name = `${report.epoch}${report.completed ? "" : "*"}${isKept ? " (kept)" : ""}`;
  return `<tr${isKept ? ' class="kept"' : ""}><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

/** With more classes the matrix would have too many cells for a page. */
const MOST_CLASSES = 100;

/** The scores of each class and the confusion matrix. */
function classSections({ test, classes }: ReportData): string {
  const { confusion } = test ?? {};
  if (!confusion) {
    return test?.accuracy === undefined
      ? ""
      : matrixLeftOut(`${classes?.length} classes are too many for a table of scores and a confusion matrix.`);
  }
  const names = (classes ?? confusion.map((_, label) => String(label))).map(escaped);
  if (names.length > MOST_CLASSES) {
    const note = `With ${names.length} classes the confusion matrix is too large for this page; see history.json.`;
    return `${scoresSection(confusion, names)}\n${matrixLeftOut(note)}`;
  }
  return `${scoresSection(confusion, names)}\n${confusionSection(confusion, names)}`;
}

/** A note in place of the matrix. */
function matrixLeftOut(note: string): string {
  return `<h2>Confusion matrix</h2>\n<p class="note">${note}</p>`;
}

function scoresSection(confusion: NonNullable<Evaluation["confusion"]>, names: readonly string[]): string {
  const heads = ["Class", "Precision", "Recall", "F1", "Rows"].map((head) => `<th scope="col">${head}</th>`).join("");
  const rows = classScores(confusion, names).map(({ label, precision, recall, f1, support }) => {
    const cells = [...[precision, recall, f1].map((score) => score.toFixed(3)), String(support)];
    return `<tr><th scope="row">${label}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const table = `<thead><tr>${heads}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>`;
  return `<h2>Classes</h2>\n${scrolling("Classes", "classes", table)}`;
}

function confusionSection(confusion: NonNullable<Evaluation["confusion"]>, names: readonly string[]): string {
  const columns = names.map((name) => `<th scope="col">${name}</th>`).join("");
  const rows = confusion.map((counts, label) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const cells = counts.map((count, prediction) => confusionCell(count, total, prediction === label)).join("");
    return `<tr><th scope="row">${names[label]}</th>${cells}</tr>`;
  });
  const table = `<thead><tr><th scope="col">label</th>${columns}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>`;
  return `<h2>Confusion matrix</h2>
<p class="note">Rows are labels, columns are predictions. Correct predictions are bold, on the diagonal. The stronger the
colour of a cell, the larger its share of the row.</p>
${scrolling("Confusion matrix", "confusion", table)}`;
}

/** A cell has few errors: the cube root makes a share of 1 % visible, at a fifth of full strength. */
function confusionCell(count: number, total: number, hit: boolean): string {
  const share = total === 0 ? 0 : count / total;
  const intensity = hit ? share : Math.cbrt(share);
  const kind = `${hit ? "hit" : "miss"}${count === 0 ? " none" : ""}`;
  return `<td class="${kind}" style="--share:${intensity.toFixed(3)}">${count}</td>`;
}

function samplesSection(samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  return `<h2>Samples</h2>\n<ul class="samples">\n${samples.map(sampleItem).join("\n")}\n</ul>`;
}

function sampleItem({ png, predicted, label }: Sample, index: number): string {
  const wrong = predicted !== label;
  const source = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return `<li${wrong ? ' class="wrong"' : ""}><img src="${source}" alt="sample ${index + 1}" width="84" height="84">
predicted ${escaped(predicted)}<br>true ${escaped(label)}<br><strong>${wrong ? "✗ wrong" : "✓ right"}</strong></li>`;
}

/** A table that you can scroll, also by keyboard, where the page is narrower. */
function scrolling(label: string, className: string, content: string): string {
  return `<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="${className}">
${content}
</table></div>`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${(share * 100).toFixed(2)} %`;
}

/** "epoch 23 of 43, validation loss 0.4120". */
export function describeBest({ epoch, validationLoss }: BestEpoch, epochs: number): string {
  return `epoch ${epoch} of ${epochs}, validation loss ${validationLoss.toPrecision(4)}`;
}
