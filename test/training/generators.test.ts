import { describe, expect, it } from "vitest";
import { type Callback, type Engine, fit, Random } from "../../src/index.js";
import { makeNetwork, noisyLayers, source, stateHash, testEngine } from "./fixture.js";

describe("Random.fork", () => {
  /** The state after 2⁶⁴ numbers: the step is linear over GF(2), so that its matrix, squared 64 times, is that many steps. */
  function jumped(words: readonly number[]): number[] {
    const step = (state: readonly number[]) => {
      const random = new Random(0);
      random.state = { words: state };
      random.uint32();
      return random.state.words;
    };
    const unit = (bit: number) => [0, 1, 2, 3].map((word) => (word === bit >> 5 ? (1 << (bit & 31)) >>> 0 : 0));
    const apply = (columns: readonly (readonly number[])[], vector: readonly number[]) => {
      const sum = [0, 0, 0, 0];
      for (let bit = 0; bit < 128; ++bit) {
        if (!(((vector[bit >> 5] as number) >>> (bit & 31)) & 1)) continue;
        for (let i = 0; i < 4; ++i) sum[i] = ((sum[i] as number) ^ (columns[bit]?.[i] as number)) >>> 0;
      }
      return sum;
    };
    let columns: readonly (readonly number[])[] = Array.from({ length: 128 }, (_, bit) => step(unit(bit)));
    for (let time = 0; time < 64; ++time) columns = columns.map((column) => apply(columns, column));
    return apply(columns, words);
  }

  it("goes on where the generator was, which jumps 2^64 numbers ahead", () => {
    const random = new Random(7);
    random.normal();
    const before = random.state;
    const fork = random.fork();
    expect(fork.state).toEqual(before);
    expect(random.state).toEqual({ words: jumped(before.words) });
  });
});

describe("a run with a generator of its caller's", () => {
  it("has the bits of one with the engine's fork in the same state, and leaves the engine's alone", async () => {
    const options = { epochs: 2, batchSize: 20, validationSplit: 0.2 };
    const [engine, other] = [await testEngine(), await testEngine()];
    const [itself, given] = [makeNetwork(engine, noisyLayers()), makeNetwork(other, noisyLayers())];
    const before = other.random.state;
    const random = new Random(0);
    random.state = before;
    await fit(itself, engine.dataset(source(130)), options);
    await fit(given, other.dataset(source(130)), { ...options, random });
    expect(stateHash(given)).toBe(stateHash(itself));
    expect(other.random.state).toEqual(before);
    expect(random.state).not.toEqual(before);
  });

  it("goes on from one to the next: two runs of one epoch are one of two, but for the split", async () => {
    const options = { batchSize: 20, evaluateTraining: false };
    const [once, twice] = [await testEngine(), await testEngine()];
    const whole = makeNetwork(once, noisyLayers());
    await fit(whole, once.dataset(source(130)), { ...options, epochs: 2, random: once.random });
    const parts = makeNetwork(twice, noisyLayers());
    const data = twice.dataset(source(130));
    for (let run = 0; run < 2; ++run) await fit(parts, data, { ...options, epochs: 1, random: twice.random });
    expect(stateHash(parts)).toBe(stateHash(whole));
    expect(twice.random.state).toEqual(once.random.state);
  });
});

describe("runs at once on one engine", () => {
  const networkOf = (engine: Engine) => makeNetwork(engine, noisyLayers());

  /** @param pauses of each run after a batch, in tasks */
  async function trainTwo(pauses: readonly (() => number)[]) {
    const engine = await testEngine();
    const networks = [networkOf(engine), networkOf(engine)];
    const data = engine.dataset(source(130));
    const runs = networks.map((network, i) => {
      const wait: Callback["onBatchEnd"] = async () => {
        for (let task = pauses[i]?.() ?? 0; task > 0; --task) await new Promise(setImmediate);
      };
      return fit(network, data, { epochs: 2, batchSize: 20, validationSplit: 0.2, callbacks: [{ onBatchEnd: wait }] });
    });
    await Promise.all(runs);
    return [...networks.map(stateHash), engine.random.state];
  }

  it("keep their bits, however they take turns", async () => {
    const random = new Random(3);
    const expected = await trainTwo([() => 0, () => 10]);
    expect(expected[0]).not.toBe(expected[1]);
    for (const pauses of [[() => 0, () => 0], [() => 3, () => 0], Array(2).fill(() => random.below(4))]) {
      expect(await trainTwo(pauses)).toEqual(expected);
    }
  });

  it("give the bits of one after the other", async () => {
    const engine = await testEngine();
    const networks = [networkOf(engine), networkOf(engine)];
    const data = engine.dataset(source(130));
    for (const network of networks) await fit(network, data, { epochs: 2, batchSize: 20, validationSplit: 0.2 });
    expect([...networks.map(stateHash), engine.random.state]).toEqual(await trainTwo([() => 1, () => 2]));
  });
});
