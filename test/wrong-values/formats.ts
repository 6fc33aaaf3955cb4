import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as npz from "../../src/formats/npz.js";
import * as onnxEntry from "../../src/formats/onnx/onnx.js";
import * as library from "../../src/index.js";
import * as node from "../../src/node/index.js";
import { type Cases, call, options } from "./cases.js";
import { checkpoint, engine, network, run } from "./fixture.js";

const saved = library.serializeModel(network());
const onnx = onnxEntry.serializeOnnx(network());
const weightFile = library.serializeWeights(network());
const arrays = () => [["a", { shape: [1], data: Float32Array.of(1) }]];
const networkOptions = {
  loss: () => new library.SoftmaxCrossEntropy(),
  optimizer: () => new library.SGD(),
};
const weightsOptions = { layout: () => "in-out", names: () => ["layers.0", "layers.1", "layers.2"] };

export const formatOptions = [
  options(
    "loadModel",
    (given: library.NetworkOptions) => library.loadModel(engine, saved, "file", given),
    networkOptions,
  ),
  options(
    "loadOnnx",
    (given: library.NetworkOptions) => onnxEntry.loadOnnx(engine, onnx, "file", given),
    networkOptions,
  ),
  options(
    "serializeWeights",
    (given: library.WeightsOptions, own) => library.serializeWeights(own as library.Network, given),
    weightsOptions,
    network,
  ),
  options(
    "loadWeights",
    (given: library.WeightsOptions, own) => library.loadWeights(own as library.Network, weightFile, given),
    weightsOptions,
    network,
  ),
  options(
    "serializeOnnx",
    (given: onnxEntry.OnnxOptions, own) => onnxEntry.serializeOnnx(own as library.Network, given),
    {
      name: () => "graph",
      opset: () => 17,
      probabilities: () => "softmax",
      metadata: () => ({ a: "b" }),
    },
    network,
  ),
  options("npz: parseNpz", (given: npz.NpzOptions) => npz.parseNpz(npz.serializeNpz([]), "file", given), {
    maxBytes: { value: () => 1000, takes: ["Infinity"] },
  }),
  options("npz: serializeNpz", (given: npz.NpzWriteOptions) => npz.serializeNpz([], given), { compress: () => true }),
];

/** What is given by name: an entry of metadata, an array of an archive. */
export const entries: Cases = {
  ...options(
    "serializeModel: metadata",
    (metadata: Record<string, string>, own) => library.serializeModel(own as library.Network, metadata),
    { entry: { value: () => "text", required: true } },
    network,
  ).cases,
  ...options("saveCheckpoint: metadata", (metadata: Record<string, string>) => library.saveCheckpoint(run, metadata), {
    entry: { value: () => "text", required: true },
  }).cases,
  ...options(
    "serializeOnnx: metadata",
    (metadata: Record<string, string>, own) => onnxEntry.serializeOnnx(own as library.Network, { metadata }),
    { entry: { value: () => "text", required: true } },
    network,
  ).cases,
  "npz: serializeNpz, entry": call(
    (entry: never) => npz.serializeNpz([entry]),
    () => [arrays()[0]],
  ),
  "npz: serializeNpz, array": call(
    (array: never) => npz.serializeNpz([["a", array]]),
    () => [arrays()[0]?.[1]],
  ),
  "npz: serializeNpz, name": call(
    (name: never) => npz.serializeNpz([[name, { shape: [1], data: Float32Array.of(1) }]]),
    () => ["a"],
  ),
};

const modelOptions = { optional: () => ["file", {}] };

export const formatCases: Cases = {
  serializeModel: call(
    (...given) => library.serializeModel(...(given as unknown as [never, never])),
    () => [network()],
    { optional: () => [{}] },
  ),
  loadModel: call(
    (...given) => library.loadModel(...(given as unknown as [never, never, never, never])),
    () => [engine, saved],
    modelOptions,
  ),
  serializeWeights: call(
    (...given) => library.serializeWeights(...(given as unknown as [never, never])),
    () => [network()],
    { optional: () => [{}] },
  ),
  loadWeights: call(
    (...given) => library.loadWeights(...(given as unknown as [never, never, never, never])),
    () => [network(), weightFile],
    { optional: () => [{}, "file"] },
  ),
  serializeOnnx: call(
    (...given) => onnxEntry.serializeOnnx(...(given as unknown as [never, never])),
    () => [network()],
    { optional: () => [{}] },
  ),
  loadOnnx: call(
    (...given) => onnxEntry.loadOnnx(...(given as unknown as [never, never, never, never])),
    () => [engine, onnx],
    modelOptions,
  ),
  readOnnxMetadata: call(
    (...given) => onnxEntry.readOnnxMetadata(...(given as unknown as [never, never])),
    () => [onnx],
    { optional: () => ["file"] },
  ),
  parseNpy: call(
    (...given) => library.parseNpy(...(given as unknown as [never, never])),
    () => [library.serializeNpy(Float32Array.of(1), [1])],
    { optional: () => ["file"] },
  ),
  serializeNpy: call(
    (...given) => library.serializeNpy(...(given as unknown as [never, never])),
    () => [Float32Array.of(1, 2), [2]],
    { takes: { 0: ["a Float64Array"] } },
  ),
  "npz: parseNpz": call(
    (...given) => npz.parseNpz(...(given as unknown as [never, never, never])),
    () => [npz.serializeNpz([])],
    modelOptions,
  ),
  "npz: serializeNpz": call(
    (...given) => npz.serializeNpz(...(given as unknown as [never, never])),
    () => [arrays()],
    { optional: () => [{}] },
  ),
};

const folder = mkdtempSync(join(tmpdir(), "simdgrad-wrong-paths-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const path = () => join(folder, "file");
/** Whatever the name is, the file is made in the folder. */
const inFolder = (given: unknown) => (typeof given === "string" ? join(folder, given) : given) as never;
const position = { epoch: 1, batch: 0 };

export const nodeCases: Cases = {
  "node: fileCheckpoint": call(
    (to: never) => node.fileCheckpoint(to),
    () => [path()],
    { takes: { 0: ["a function", "an async function"] } },
  ),
  "node: fileCheckpoint, function of the position": call(
    (to: never) => node.fileCheckpoint(() => inFolder(to))(checkpoint, position),
    () => ["file"],
  ),
  "node: fileLog": call(
    (to: never) => node.fileLog(to),
    () => [path()],
  ),
  "node: readCheckpoint": call(
    (from: never) => node.readCheckpoint(inFolder(from)),
    () => ["nothing"],
  ),
  "node: removeStaleTemporaries": call(
    (of: never) => node.removeStaleTemporaries(inFolder(of)),
    () => ["file"],
  ),
  "node: writeWhole": call(
    (to: never, content: never) => node.writeWhole(inFolder(to), content),
    () => ["file", "text"],
    { takes: { 1: ["a Buffer"] } },
  ),
};
