import * as simdgrad from "simdgrad";
import { publish, train } from "./train.js";

/** Where the test put the package's binaries and its worker. */
const file = (name) => new URL(`./assets/${name}`, location);
const read = async (name) => (await fetch(file(`${name}.wasm`))).arrayBuffer();
const compile = (name) => WebAssembly.compileStreaming(fetch(file(`${name}.wasm`)));
const createWorker = (url = file("worker.js")) => new Worker(url, { type: "module" });
const script = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

/** Each option that says where a file comes from, given in one way and another. */
const OPTIONS = {
  "wasmUrl, a folder": () => ({ wasmUrl: "./assets/", createWorker }),
  "wasmUrl, a table": ({ binary }) => ({ wasmUrl: { [binary]: file(`${binary}.wasm`) }, createWorker }),
  "wasmBinary, a function": () => ({ wasmBinary: read, createWorker }),
  "wasmBinary, a table": async ({ binary }) => ({ wasmBinary: { [binary]: await read(binary) }, createWorker }),
  "wasmModule, a function": () => ({ wasmModule: compile, createWorker }),
  "wasmModule, a table": async ({ binary }) => ({ wasmModule: { [binary]: await compile(binary) }, createWorker }),
  "createWorker alone": () => ({ createWorker }),

  "wasmUrl, a missing folder": () => ({ wasmUrl: "./nowhere/" }),
  "wasmUrl, a server that is not there": () => ({ wasmUrl: "http://127.0.0.1:1/" }),
  "wasmUrl, a page": () => ({ wasmUrl: () => "./index.html" }),
  "wasmBinary, a page": () => ({ wasmBinary: async () => (await fetch("./index.html")).arrayBuffer() }),
  "wasmBinary, torn": () => ({ wasmBinary: async (name) => (await read(name)).slice(0, 999) }),
  "createWorker, which throws": () => ({
    createWorker: () => {
      throw new RangeError("no more of them");
    },
  }),
  "createWorker, a missing script": () => ({ createWorker: () => createWorker("./nowhere.js") }),
  "createWorker, another origin's script": () => ({ createWorker: () => createWorker("http://127.0.0.1:1/worker.js") }),
  "createWorker, a page": () => ({ createWorker: () => createWorker("./index.html") }),
  "createWorker, a classic script": () => ({ createWorker: () => new Worker(file("worker.js")) }),
  "createWorker, a script that throws": () => ({
    createWorker: () => createWorker(script("throw new Error('broken')")),
  }),
  "createWorker, a script that is silent": () => ({ createWorker: () => createWorker(script("")) }),
};

const { way, ...options } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const binary = options.threads > 1 ? `${options.variant}-shared` : options.variant;
publish((async () => train(simdgrad, { ...options, ...(await OPTIONS[way]({ binary })) }))());
