import { publish } from "./train.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.postMessage(JSON.parse(decodeURIComponent(location.hash.slice(1))));
publish(
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  }),
);
