import { expect, it } from "vitest";
import { TrainingDisplay } from "../../src/cli/train/progress.js";
import type { EpochReport, Progress } from "../../src/training/epoch-report.js";
import { ProgressClock } from "../../src/training/progress-clock.js";
import { RateWindow, secondsLeftOfRun } from "../../src/training/rate-window.js";

/** Batches of 32 rows that take these seconds each. */
function rateAfter(...batches: readonly number[]): number {
  const window = new RateWindow();
  for (const seconds of batches) window.add(32, seconds);
  return window.rowsPerSecond;
}

const times = (count: number, seconds: number) => Array.from({ length: count }, () => seconds);

it("is unknown before the second batch, and from then on that of the batches but for the first", () => {
  expect(rateAfter()).toBeNaN();
  expect(rateAfter(3)).toBeNaN();
  expect(rateAfter(3, 0.001)).toBeCloseTo(32_000, 6);
  expect(rateAfter(3, ...times(500, 0.001))).toBeCloseTo(32_000, 6);
});

it("forgets what is longer ago than about a second, and keeps what makes up that second", () => {
  // A machine that is busy for ten seconds, and is then quiet: after 1.1 s nothing is left of the slow time.
  expect(rateAfter(1, ...times(1000, 0.01), ...times(1100, 0.001))).toBeCloseTo(32_000, 6);
  const half = rateAfter(1, ...times(1000, 0.01), ...times(500, 0.001));
  expect(half).toBeGreaterThan(15_000);
  expect(half).toBeLessThan(20_000);
});

it("is that of the last batch where one takes longer than a second", () => {
  expect(rateAfter(1, 2, 2, 2, 4)).toBeCloseTo(8, 9);
  expect(rateAfter(1, ...times(40, 2), 0.5)).toBeCloseTo(64 / 2.5, 9);
});

it("time left is that of all epochs and their evaluations", () => {
  const place = { epoch: 2, epochs: 4, batch: 30, batches: 100 };
  expect(secondsLeftOfRun(place, 0.1, 3)).toBeCloseTo(7 + 2 * 10 + 3 * 3, 9);
  // Not measured yet: two fifths of an epoch's training.
  expect(secondsLeftOfRun(place, 0.1, Number.NaN)).toBeCloseTo(7 + 2 * 10 + 3 * 4, 9);
  expect(secondsLeftOfRun({ ...place, epoch: 4, batch: 100 }, 0.1, 3)).toBe(3);
  expect(secondsLeftOfRun({ ...place, epoch: 5, batch: 0 }, 0.1, 3)).toBe(0);
});

/** What `onProgress` is told of `epochs` epochs of 100 batches whose seconds are given, with an evaluation of 5 s after each. */
function progressOf(epochs: number, secondsOf: (batch: number) => number): Progress[] {
  const told: Progress[] = [];
  let now = 1000;
  const clock = new ProgressClock((progress) => told.push(progress));
  const plan = { epochs, batchSize: 32 } as Parameters<ProgressClock["tick"]>[1];
  let done = 0;
  for (let epoch = 1; epoch <= epochs; ++epoch) {
    let seconds = 0;
    for (let batch = 1; batch <= 100; ++batch) {
      const took = secondsOf(done++);
      seconds += took;
      now += took * 1000;
      const progression = { epoch, batch, losses: batch, seconds, stopped: false };
      const size = { count: 100, rows: 3200 };
      clock.tick({ ...progression, epochRandom: undefined, splitRandom: undefined }, plan, size, now);
    }
    now += 5000;
  }
  return told;
}

it("`Progress` has the present rate, whatever the first batch took, the evaluation, and the epoch's beginning", () => {
  // A slow first batch; then slow ones for two epochs and a half, fast ones after.
  const told = progressOf(5, (batch) => (batch === 0 ? 60 : batch < 250 ? 0.1 : 0.01));
  const slow = told.filter(({ epoch, batch }) => epoch * 100 + batch > 101 && epoch * 100 + batch <= 350);
  expect(slow.length).toBeGreaterThan(100);
  for (const { samplesPerSecond, secondsLeft, batch } of slow) {
    expect(samplesPerSecond).toBeCloseTo(320, 6);
    expect(secondsLeft).toBeCloseTo((100 - batch) * 0.1, 6);
  }
  const fast = told.filter(({ epoch }) => epoch === 5);
  expect(fast.length).toBeGreaterThan(5);
  for (const { samplesPerSecond } of fast) expect(samplesPerSecond).toBeCloseTo(3200, 6);
});

it("the command's bar counts to the run's end", () => {
  const written: string[] = [];
  const screen = {
    isTTY: true,
    columns: 120,
    rows: 40,
    write: (text: string) => written.push(text),
    on: () => screen,
    removeListener: () => screen,
    once: () => screen,
  } as unknown as NodeJS.WriteStream;
  const display = new TrainingDisplay(screen, true, 4);
  const progress = { epochs: 4, batch: 30, batches: 100, loss: 1, samplesPerSecond: 320, secondsLeft: 7 };
  display.showProgress({ ...progress, epoch: 1 });
  display.showEpoch({ epoch: 1, trainLoss: 1, samplesPerSecond: 320, evalSeconds: 30, completed: true } as EpochReport);
  display.showProgress({ ...progress, epoch: 2 });
  display.finish();
  const shown = written.join("");
  // 7 s and three epochs of 10 s, with four evaluations of 4 s; then 7 s, two epochs, and three evaluations of 30 s.
  expect(shown).toContain("53.0 s left");
  expect(shown).toContain("1 min 57 s left");
});
