import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Keeper } from "../../src/app/run/keeper.js";
import type { RunView } from "../../src/index.js";

/** After the batch of an epoch of a hundred. */
const at = (batch: number) => ({ batch, batches: 100 }) as RunView;

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

/** When checkpoints are taken, in milliseconds, of batches that take so long each; a checkpoint takes `cost`. */
function kept(batches: readonly number[], cost: number): number[] {
  const times: number[] = [];
  const begin = Date.now();
  const keeper = new Keeper(() => {
    times.push(Date.now() - begin);
    vi.advanceTimersByTime(cost);
  });
  keeper.onTrainBegin();
  for (const milliseconds of batches) {
    vi.advanceTimersByTime(milliseconds);
    keeper.onSettled("batch", at(1));
  }
  return times;
}

const repeated = (count: number, milliseconds: number) => Array.from({ length: count }, () => milliseconds);

it("keeps a run with short batches every five seconds", () => {
  expect(kept(repeated(1700, 10), 1)).toEqual([5000, 10_001, 15_002]);
});

it("keeps each batch that a stop may have to be waited for too long", () => {
  expect(kept(repeated(4, 300), 1)).toEqual([300, 601, 902, 1203]);
  expect(kept([...repeated(10, 10), 2000, ...repeated(10, 10)], 1)).toEqual([2100]);
});

it("takes no more than a twentieth of the time, however large the network", () => {
  const times = kept(repeated(400, 300), 500);
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number) - 500);
  expect(gaps.length).toBeGreaterThan(10);
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(500 / 0.05);
});

it("takes no pause for a slow batch", () => {
  const keep = vi.fn();
  const keeper = new Keeper(keep);
  keeper.onTrainBegin();
  vi.advanceTimersByTime(2000);
  keeper.mark();
  vi.advanceTimersByTime(10);
  keeper.onSettled("batch", at(1));
  expect(keep).not.toHaveBeenCalled();
});

it("takes no evaluation for a slow batch", () => {
  const keep = vi.fn();
  const keeper = new Keeper(keep);
  keeper.onTrainBegin();
  keeper.onSettled("batch", at(100));
  vi.advanceTimersByTime(2000);
  keeper.onSettled("epoch", at(0));
  expect(keep).not.toHaveBeenCalled();
});
