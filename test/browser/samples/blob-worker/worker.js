import * as simdgrad from "simdgrad/inline";
import { train } from "./train.js";

addEventListener("message", async ({ data }) => {
  try {
    postMessage(await train(simdgrad, data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
