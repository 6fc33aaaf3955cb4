/** What every sample does: a hundred steps of training on made-up data. `library` is what the sample imported as simdgrad. */
export async function train({ createEngine, Dense, fit, Network, ReLU }, options) {
  const engine = await createEngine({ seed: 7, ...options });
  const [rows, columns, classes] = [320, 48, 5];
  let state = 1;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const inputs = Float32Array.from({ length: rows * columns }, next);
  const targets = Int32Array.from({ length: rows }, (_, row) => Math.floor(inputs[row * columns] * classes));
  const network = new Network(engine, [
    new Dense(columns, 160, { init: "heNormal" }),
    new ReLU(),
    new Dense(160, classes),
  ]);
  const data = engine.dataset({ inputs, shape: [rows, columns], targets });
  const losses = [];
  for await (const { trainLoss } of fit(network, data, { epochs: 10, batchSize: 32 })) losses.push(trainLoss);
  const weights = network.layers.flatMap((layer) => layer.parameters().map((parameter) => hash(parameter.toArray())));
  const { variant, variantReason, threads, threadsReason } = engine.info();
  engine.dispose();
  return { losses, weights, variant, variantReason, threads, threadsReason };
}

/** In a page: trains as its address says after the #, and leaves the result where a test finds it. */
export function trainInPage(library) {
  const options = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  publish(train(library, options));
}

/** Leaves what `result` comes to where a test finds it. */
export function publish(result) {
  result.then(
    (value) => {
      globalThis.outcome = value;
    },
    (error) => {
      globalThis.outcome = { error: String(error) };
    },
  );
}

/** FNV-1a of an array's bytes. */
function hash(array) {
  let value = 0x811c9dc5;
  for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
    value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  }
  return value;
}
