/** `simdgrad train`: trains a network and shows progress, tests it, and writes it to a folder from which the run can resume. */

import { networkFromSettings } from "../../app/network-from-settings.js";
import { planFit } from "../../app/run/fit-plan.js";
import type { DataKind, TrainSettings } from "../../app/settings/train-settings.js";
import type { PlacedData } from "../../app/task.js";
import { createEngine } from "../../create-engine.js";
import type { Network } from "../../network/network.js";
import type { EarlyStopping } from "../../training/callbacks/early-stopping.js";
import { fit } from "../../training/fit.js";
import { catchInterrupts } from "../interruption.js";
import { draw, print } from "../output.js";
import type { BestEpoch } from "../report/report.js";
import { checkpointPath, type OwnedFolder, refuseInputsIn } from "../run-folder.js";
import { isInteractive } from "../terminal.js";
import { type OpenedRun, openRun, type RunOptions, recordOf } from "./open-run.js";
import { TrainingDisplay } from "./progress.js";
import { describeRun, type Trained, writeResults } from "./results.js";
import { TimedCheckpoint } from "./timed-checkpoint.js";
import type { TrainingTask } from "./training-task.js";

/** The command's options, checked by the parser. A setting that you do not give is undefined. */
export interface TrainOptions extends RunOptions {
  readonly threads: number | "auto";
  readonly checkpointEvery: number;
  readonly revectorize?: boolean;
  readonly json?: boolean;
}

/**
 * Trains a network. Ctrl-C stops after the current batch and writes the results. A second Ctrl-C exits at once.
 *
 * @param makeTask called when the settings are known
 */
export async function train(
  kind: DataKind,
  makeTask: (settings: TrainSettings) => Promise<TrainingTask>,
  options: TrainOptions,
): Promise<void> {
  const screen = options.json ? process.stderr : process.stdout;
  const say = (text: string) => print(text, screen);
  const interactive = isInteractive(screen);
  const run = await openRun(kind, makeTask, options);
  const { task, settings } = run;
  await refuseInputsIn(run.folder);
  const { threads, revectorize = false } = options;
  const engine = await createEngine({
    seed: settings.seed,
    threads,
    deterministic: settings.deterministic,
    revectorize,
  });
  try {
    const network = networkFromSettings(engine, settings, task);
    const data = task.place(engine);
    say(task.introduction);
    if (task.drawing) draw(`\n${task.drawing(interactive, screen.columns)}\n`, screen);
    say("");
    say(describeRun(engine, run, revectorize));
    const display = new TrainingDisplay(screen, interactive, settings.epochs);
    const signal = catchInterrupts(
      () => say("\nstopping and writing the results; press Ctrl-C again to exit at once without writing"),
      () => display.finish(),
    );
    const trained = await trainNetwork(network, data, run, options, display, say, signal);
    await writeResults(network, data.test, run, trained, say, options.json ?? false);
  } finally {
    engine.dispose();
  }
}

async function trainNetwork(
  network: Network,
  data: PlacedData,
  { settings, resume, task, folder, begin }: OpenedRun,
  options: TrainOptions,
  display: TrainingDisplay,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Trained> {
  // A default batch size is at most all rows; one that was given must fit.
  const batchSize = options.batchSize ?? Math.min(settings.batchSize ?? data.training.rows, data.training.rows);
  const own = settings.batchSize === undefined ? settings : { ...settings, batchSize };
  const { options: planned, stopping } = planFit(own, data, task.classes);
  if (!data.validation && options.earlyStopping === undefined) {
    say("no validation rows: training all epochs and keeping the last\n");
  }
  let owned: OwnedFolder | undefined;
  const record = recordOf(task, settings);
  const checkpoints = new TimedCheckpoint(checkpointPath(folder), options.checkpointEvery, record, () => owned);
  const warnings: string[] = [];
  const started = performance.now();
  const run = fit(network, data.training, {
    ...planned,
    ...(resume && { resume }),
    callbacks: [...(stopping ? [stopping] : []), checkpoints],
    signal,
    onProgress: (progress) => display.showProgress(progress),
    onWarning: (message) => {
      warnings.push(message);
      display.showNote(`warning: ${message}`);
    },
  });
  if (resume) say(`resuming ${folder} after ${run.history.length} epochs\n`);
  else if (options.resume !== undefined) say(`no checkpoint in ${folder}: training starts with epoch 1\n`);
  for (const epoch of run.history) display.recall(epoch);
  let trained = 0;
  try {
    owned = await begin();
    for await (const epoch of run) {
      display.showEpoch(epoch);
      ++trained;
    }
  } catch (error) {
    // The run may not have begun.
    await run.return();
    throw error;
  } finally {
    display.finish();
  }
  const interrupted = signal.aborted;
  if (interrupted) {
    await checkpoints.write(run);
    // Only after the checkpoint, which needs the last weights to resume.
    const best = stopping?.state().arrays;
    if (best) network.loadStateDict(best);
    say(`interrupted in epoch ${run.history.length}; --resume ${folder} continues from there`);
  }
  // A run without epochs has not written a checkpoint.
  if (!owned.isRecorded) await checkpoints.write(run);
  if (trained === 0 && resume && !interrupted) {
    const why = run.stopped
      ? "early stopping ended the run"
      : "the run is complete; a larger --epochs trains it longer";
    say(`no epochs left to train after epoch ${run.history.length}: ${why}`);
  }
  return {
    owned,
    epochs: run.history.reports,
    best: stopping && bestEpochOf(stopping),
    warnings,
    interrupted,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Undefined before the first epoch has ended. */
function bestEpochOf({ best, bestEpoch }: EarlyStopping): BestEpoch | undefined {
  return best === undefined ? undefined : { epoch: bestEpoch, validationLoss: best };
}
