import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cosPi, integerPower } from "../../src/engine/reproducible-math.js";
import {
  ConstantLR,
  CosineAnnealingLR,
  createSchedule,
  ExponentialLR,
  OneCycleLR,
  ReduceLROnPlateau,
  Schedule,
  StepLR,
} from "../../src/index.js";

interface Recorded {
  readonly schedules: readonly {
    readonly type: string;
    readonly options: Readonly<Record<string, number | string | boolean>>;
    readonly base: number;
    readonly rates: readonly number[];
    readonly metrics?: readonly number[];
  }[];
}

/** Written by scripts/record-torch-optimizers.py. */
const recorded: Recorded = JSON.parse(
  readFileSync(new URL("../recorded/torch-optimizers.json", import.meta.url), "utf8"),
);

const BASE = 0.2;
/** The rates of the first `count` steps. */
const ratesOf = (schedule: Schedule, count: number) =>
  Array.from({ length: count }, (_, step) => schedule.learningRate(step, BASE));

describe("schedules", () => {
  it.each(recorded.schedules.map((each) => [`${each.type} ${JSON.stringify(each.options)}`, each] as const))(
    "%s gives PyTorch's rates to 1e-12",
    (_, { type, options, base, rates, metrics }) => {
      const schedule = createSchedule({ type, ...options });
      for (const [step, rate] of rates.entries()) {
        expect(Math.abs(schedule.learningRate(step, base) - rate)).toBeLessThanOrEqual(1e-12 * rate + 1e-17);
        if (metrics) schedule.update(metrics[step] as number);
      }
    },
  );

  it("constant, step and exponential follow their formulas", () => {
    expect(ratesOf(new ConstantLR(), 3)).toEqual([BASE, BASE, BASE]);
    expect(ratesOf(new StepLR({ stepSize: 2, gamma: 0.5 }), 5)).toEqual([0.2, 0.2, 0.1, 0.1, 0.05]);
    expect(ratesOf(new ExponentialLR({ gamma: 0.5 }), 4)).toEqual([0.2, 0.1, 0.05, 0.025]);
  });

  it("cosine warms up, falls along half a cosine, and stays at the minimum", () => {
    const schedule = new CosineAnnealingLR({ totalSteps: 104, warmupSteps: 4, warmupStart: 0, minLearningRate: 0.1 });
    expect(ratesOf(schedule, 5)).toEqual([0, 0.05, 0.1, 0.15000000000000002, 0.2]);
    for (let step = 4; step < 104; ++step) {
      const expected = 0.1 + (0.1 * (1 + Math.cos((Math.PI * (step - 4)) / 100))) / 2;
      expect(schedule.learningRate(step, BASE)).toBeCloseTo(expected, 14);
    }
    expect(schedule.learningRate(104, BASE)).toBe(0.1);
    expect(schedule.learningRate(1e6, BASE)).toBe(0.1);
  });

  it("one-cycle peaks at the base unless told, and stays where it ends", () => {
    const schedule = new OneCycleLR({ totalSteps: 11, percentStart: 6 / 11, divFactor: 4, finalDivFactor: 5 });
    expect(schedule.learningRate(0, BASE)).toBeCloseTo(0.05, 15);
    expect(schedule.learningRate(5, BASE)).toBeCloseTo(0.2, 15);
    for (const step of [10, 11, 1000]) expect(schedule.learningRate(step, BASE)).toBeCloseTo(0.01, 15);
    // No step to rise in: it begins at the peak.
    expect(new OneCycleLR({ totalSteps: 10, percentStart: 0.1 }).learningRate(0, BASE)).toBe(BASE);
  });

  it("plateau ignores what is not better by the threshold, NaN included, and waits after a drop", () => {
    const schedule = new ReduceLROnPlateau({ patience: 1, cooldown: 2, factor: 0.5, threshold: 0.1 });
    const rates = [10, 9.5, Number.NaN, 9.5, 9.5, 9.5, 9.5, 8].map((metric) => {
      schedule.update(metric);
      return schedule.learningRate(0, 1);
    });
    expect(rates).toEqual([1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  it("plateau's state goes through JSON and continues alike", () => {
    const options = { patience: 1, factor: 0.5, cooldown: 1 };
    const metrics = [5, 4, 4, 4, 4, 3, 3, 3, 3, 3];
    const whole = new ReduceLROnPlateau(options);
    const first = new ReduceLROnPlateau(options);
    for (const metric of metrics.slice(0, 4)) first.update(metric);
    const second = createSchedule(JSON.parse(JSON.stringify(first.config())));
    second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
    for (const [index, metric] of metrics.entries()) {
      whole.update(metric);
      if (index < 4) continue;
      second.update(metric);
      expect(second.learningRate(index, 1)).toBe(whole.learningRate(index, 1));
    }
    expect(second.stateDict()).toEqual(whole.stateDict());
    const before = second.stateDict();
    expect(() => second.loadStateDict({ ...before, drops: -1 })).toThrow(RangeError);
    expect(() => second.loadStateDict({})).toThrow(TypeError);
    expect(second.stateDict()).toEqual(before);
    const fresh = new ReduceLROnPlateau().stateDict();
    expect(() => second.loadStateDict(fresh)).not.toThrow();
    expect(second.stateDict()).toEqual(fresh);
  });

  it("each says what it counts", () => {
    expect(new StepLR({ stepSize: 1 }).interval).toBe("epoch");
    expect(new OneCycleLR({ totalSteps: 9 }).interval).toBe("batch");
    expect(new CosineAnnealingLR({ totalSteps: 9, interval: "batch" }).interval).toBe("batch");
    expect(new ReduceLROnPlateau().interval).toBe("epoch");
  });

  it("a configuration is plain JSON that makes the same schedule", () => {
    const schedules = recorded.schedules.map(({ type, options }) => createSchedule({ type, ...options }));
    for (const schedule of schedules) {
      const config = JSON.parse(JSON.stringify(schedule.config()));
      const copy = createSchedule(config);
      expect(copy.config()).toEqual(config);
      expect(copy.constructor).toBe(schedule.constructor);
      expect(ratesOf(copy, 40)).toEqual(ratesOf(schedule, 40));
    }
  });

  it.each([
    ["a step that is no integer", () => new ConstantLR().learningRate(0.5, 1), RangeError, "got 0.5"],
    [
      "steps of no factor",
      () => new ConstantLR({ totalSteps: 3 }),
      RangeError,
      "totalSteps: expected a factor with it, got none",
    ],
    ["a negative step", () => new ConstantLR().learningRate(-1, 1), RangeError, "got -1"],
    ["a step size of 0", () => new StepLR({ stepSize: 0 }), RangeError, "stepSize: expected an integer of at least 1"],
    ["a gamma that is a text", () => new ExponentialLR({ gamma: "1" as never }), TypeError, 'got the string "1"'],
    ["too long a warm-up", () => new CosineAnnealingLR({ totalSteps: 5, warmupSteps: 5 }), RangeError, "fewer than"],
    [
      "an unknown interval",
      () => new StepLR({ stepSize: 1, interval: "hour" as never }),
      RangeError,
      'got the string "hour"',
    ],
    ["a factor of 1", () => new ReduceLROnPlateau({ factor: 1 }), RangeError, "below 1, got 1"],
    ["an unknown mode", () => new ReduceLROnPlateau({ mode: "mean" as never }), RangeError, 'got the string "mean"'],
    [
      "a rise of all steps, thrice",
      () => new OneCycleLR({ totalSteps: 9, percentStart: 0.6, threePhase: true }),
      RangeError,
      "at most 0.5",
    ],
    ["an unknown type", () => createSchedule({ type: "toString" }), RangeError, 'got the string "toString"'],
  ] as const)("refuses %s", (_, action, error, message) => {
    expect(action).toThrow(error);
    expect(action).toThrow(message);
  });

  it("one can be written: a base class, a rate", () => {
    class Inverse extends Schedule {
      protected override rate(step: number, base: number): number {
        return base / (1 + step);
      }
    }
    const schedule = new Inverse("batch");
    expect(ratesOf(schedule, 3)).toEqual([BASE, BASE / 2, BASE / 3]);
    expect([schedule.config(), schedule.stateDict()]).toEqual([undefined, {}]);
  });
});

describe("exact functions", () => {
  it("cosPi is within 1e-15 of the cosine, and exact where that is", () => {
    for (let i = 0; i <= 1000; ++i) {
      expect(Math.abs(cosPi(i / 1000) - Math.cos((i / 1000) * Math.PI))).toBeLessThanOrEqual(1e-15);
    }
    expect([0, 0.5, 1].map(cosPi)).toEqual([1, 0, -1]);
  });

  it("integerPower is within n roundings of the power", () => {
    for (const n of [0, 1, 2, 3, 10, 77, 1000]) {
      const expected = 0.999 ** n;
      expect(Math.abs(integerPower(0.999, n) - expected)).toBeLessThanOrEqual((n + 1) * 2 ** -53 * expected);
    }
    expect(integerPower(0, 0)).toBe(1);
  });
});
