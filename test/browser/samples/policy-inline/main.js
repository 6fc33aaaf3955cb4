import * as simdgrad from "./node_modules/simdgrad/build/inline.js";
import { publish, train } from "./train.js";

const { workerFile, ...options } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const createWorker = workerFile ? () => new Worker(workerFile, { type: "module" }) : undefined;
publish(train(simdgrad, { ...options, createWorker }));
