/** `simdgrad train mnist`: the seed's network, trained, shown, tested and written to a folder. */

import { join } from "node:path";
import { createEngine, type Engine } from "../engine.js";
import type { ClassEvaluation } from "../evaluation.js";
import { serializeModel } from "../formats/model.js";
import { Dense } from "../layers/dense.js";
import type { Layer } from "../layers/layer.js";
import { ReLU } from "../layers/relu.js";
import { Network } from "../network.js";
import { type EpochReport, fit } from "../trainer.js";
import { prepareFolder, writeWhole } from "./files.js";
import { CLASSES, type DataOptions, loadBytes, PIXELS } from "./mnist.js";
import { INIT_NAMES } from "./options.js";
import { TrainingDisplay } from "./progress.js";
import { pickSamples, writeReport } from "./results.js";
import { confusionTable, drawDigits, isInteractive } from "./terminal.js";

/** The command's options, checked by the parser. */
export interface TrainOptions extends DataOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly hidden: readonly number[];
  readonly init: string;
  readonly seed: number;
  readonly threads: number | "auto";
  readonly deterministic?: boolean;
  readonly revectorize?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** Trains; Ctrl-C ends it after the current batch and everything is still written, a second one ends it at once. */
export async function train(options: TrainOptions): Promise<void> {
  const screen = options.json ? process.stderr : process.stdout;
  const say = (text: string) => screen.write(`${text}\n`);
  const out = options.out ?? join("runs", new Date().toISOString().replace(/[:.]/g, "-"));
  const { seed, threads, deterministic = false, revectorize = false } = options;
  const engine = await createEngine({ seed, threads, deterministic, revectorize });
  const { mnist, origin } = await loadBytes(options);
  await prepareFolder(out);

  const interactive = isInteractive(screen);
  const images = [0, 1, 2, 3].map((row) => mnist.train.inputs.subarray(row * PIXELS, (row + 1) * PIXELS) as Uint8Array);
  const titles = images.map((_, row) => `Label: ${mnist.train.targets[row]}`);
  say(`MNIST (${origin}): 50000 training, 10000 validation, 10000 test images\n`);
  say(`${drawDigits(images, titles, interactive, screen.columns)}\n`);

  const network = new Network(engine, buildLayers(options));
  say(describeRun(engine, options));
  const datasets = { train: engine.dataset(mnist.train), validation: engine.dataset(mnist.validation) };
  const interruption = catchInterrupts(say);
  const display = new TrainingDisplay(screen, interactive);
  const epochs: EpochReport[] = [];
  const started = performance.now();
  for await (const report of fit(network, datasets.train, {
    epochs: options.epochs,
    batchSize: options.batchSize,
    validation: datasets.validation,
    signal: interruption.signal,
    onProgress: (progress) => display.showProgress(progress),
  })) {
    epochs.push(report);
    display.showEpoch(report);
  }
  display.finish();
  interruption.release();
  const seconds = (performance.now() - started) / 1000;
  if (interruption.signal.aborted) say(`interrupted in epoch ${epochs.length}; what was learned so far is kept`);

  const testSet = engine.dataset(mnist.test);
  const test = network.evaluate(testSet) as ClassEvaluation;
  say(`\ntest accuracy ${test.accuracy.toFixed(4)}, loss ${test.loss.toFixed(4)}, after ${seconds.toFixed(1)} s\n`);
  say(confusionTable(test.confusion));

  const model = join(out, "model.safetensors");
  await writeWhole(model, serializeModel(network, { task: "mnist", seed: String(options.seed) }));
  const summary = summarize(engine, options, epochs, test, model, interruption.signal.aborted);
  await writeWhole(join(out, "history.json"), `${JSON.stringify(summary, null, 2)}\n`);
  const samples = pickSamples(network, mnist.test, testSet);
  const written = await writeReport(out, {
    title: "MNIST",
    settings: settings(engine, options),
    epochs,
    test,
    samples,
  });
  say(`\nwritten: ${[model, join(out, "history.json"), ...written].join("\n         ")}`);
  if (options.json) console.log(JSON.stringify(summary));
  engine.dispose();
}

/** inputs → hidden units with ReLU → classes. */
function buildLayers({ hidden, init, learningRate }: TrainOptions): Layer[] {
  const sizes = [PIXELS, ...hidden, CLASSES];
  const name = INIT_NAMES[init] ?? "normal";
  return sizes.slice(1).flatMap((outputs, index) => {
    const dense = new Dense(sizes[index] as number, outputs, { learningRate, init: name });
    return index === 0 ? [dense] : [new ReLU(), dense];
  });
}

function describeRun(engine: Engine, options: TrainOptions): string {
  const { revectorize, revectorizeReason } = engine.info();
  const net = [PIXELS, ...options.hidden, CLASSES].join("→");
  const missed = options.revectorize && !revectorize ? `\n--revectorize: ${revectorizeReason}` : "";
  return `${net}, batch ${options.batchSize}, learning rate ${options.learningRate}, seed ${options.seed}; ${describeEngine(engine)}${missed}\n`;
}

/** "relaxed SIMD, 256-bit, 2 threads". */
function describeEngine(engine: Engine): string {
  const { variant, threads, revectorize } = engine.info();
  return `${variant} SIMD${revectorize ? ", 256-bit" : ""}, ${threads} thread${threads === 1 ? "" : "s"}`;
}

function settings(engine: Engine, options: TrainOptions): Record<string, string> {
  return {
    network: [PIXELS, ...options.hidden, CLASSES].join("→"),
    "batch size": String(options.batchSize),
    "learning rate": String(options.learningRate),
    init: options.init,
    seed: String(options.seed),
    engine: describeEngine(engine),
  };
}

/** The object that `--json` prints and history.json keeps. */
function summarize(
  engine: Engine,
  options: TrainOptions,
  epochs: readonly EpochReport[],
  test: ClassEvaluation,
  model: string,
  interrupted: boolean,
) {
  const { variant, threads, tile, revectorize } = engine.info();
  return {
    task: "mnist",
    settings: settings(engine, options),
    epochs,
    testAccuracy: test.accuracy,
    testLoss: test.loss,
    confusion: test.confusion,
    engine: { variant, threads, tile, revectorize },
    model,
    ...(interrupted && { interrupted }),
  };
}

interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/** The first Ctrl-C aborts the signal, the second the program. */
function catchInterrupts(say: (text: string) => void): Interruption {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    say("\nstopping after this batch; Ctrl-C again ends at once without writing");
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onInterrupt);
    },
  };
}
