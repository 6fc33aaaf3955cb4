/** All calls of public functions, with arguments that are right. */

import type { Case, Cases } from "./cases.js";
import { customCases } from "./custom.js";
import { columnParts, dataCases, dataOptions, randomParts, tableParts } from "./data.js";
import { engineCases, engineOptions } from "./engine.js";
import { estimatorCases, estimatorOptions, sampleParts } from "./estimators.js";
import { entries, formatCases, formatOptions, nodeCases } from "./formats.js";
import { checkOptionsOfGradients, layerCases, layerOptions, lossToCheck } from "./layers.js";
import { lossCases, lossOptions } from "./losses.js";
import { metricCases, metricOptions } from "./metrics.js";
import { networkCases, networkOptions, rowParts, statePart } from "./network.js";
import { optimizerCases, optimizerOptions, stateParts } from "./optimizers.js";
import { iterated, reportParts, resumeParts, trainingCases, trainingOptions } from "./training.js";

/** Options that are checked for names, so that all of them must be here. */
export const OPTIONS = [
  ...engineOptions,
  ...layerOptions,
  checkOptionsOfGradients,
  ...lossOptions,
  ...optimizerOptions,
  ...networkOptions,
  ...trainingOptions,
  iterated,
  ...dataOptions,
  ...formatOptions,
  ...metricOptions,
  ...estimatorOptions,
];
/** Objects that are given part by part. */
const PARTS = [
  ...stateParts,
  statePart,
  rowParts,
  resumeParts,
  reportParts,
  lossToCheck,
  randomParts,
  tableParts,
  ...columnParts,
  sampleParts,
];

export const PARTS_OF_CASES: readonly Cases[] = [
  engineCases,
  layerCases,
  customCases,
  lossCases,
  optimizerCases,
  networkCases,
  trainingCases,
  dataCases,
  formatCases,
  entries,
  nodeCases,
  metricCases,
  estimatorCases,
  ...[...OPTIONS, ...PARTS].map(({ cases }) => cases),
];
export const CASES: Cases = Object.assign({}, ...PARTS_OF_CASES);

/** What the call is made on. A run is not awaited: that would train it. */
export async function madeFor(own: Case): Promise<{ readonly object: unknown }> {
  const made = own.on();
  return { object: made instanceof Promise ? await made : made };
}
