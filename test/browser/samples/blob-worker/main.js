import { publish } from "./train.js";

publish(trainInBlob(JSON.parse(decodeURIComponent(location.hash.slice(1)))));

/** Trains in a worker whose script has no address that anything could be relative to. */
async function trainInBlob(options) {
  const program = await (await fetch("./worker.js")).blob();
  const worker = new Worker(URL.createObjectURL(program));
  worker.postMessage(options);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}
