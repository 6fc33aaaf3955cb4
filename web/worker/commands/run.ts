/** Calls that steer the run under way. */

import type { SavedFile } from "../../../src/app/model-file.js";
import type { EngineInfo } from "../../../src/index.js";
import type { Argument } from "../../protocol.js";
import type { Session } from "../session.js";
import { mnistProblem } from "./mnist.js";

export async function start(session: Session, { settings, step }: Argument<"start">): Promise<EngineInfo> {
  const engine = await session.start(settings, await mnistProblem(), step ? 1 : undefined);
  return engine.info();
}

export function pause(session: Session): void {
  session.training.pause();
}

export function goOn(session: Session): void {
  session.training.continue();
}

export function step(session: Session): void {
  session.training.step();
}

export function stop(session: Session): void {
  session.training.stop();
}

export function resume(session: Session, { epochs }: Argument<"resume">): Promise<void> {
  return session.resume(epochs);
}

export function checkpoint(session: Session): SavedFile {
  return { name: "checkpoint.safetensors", bytes: session.training.checkpointFile() };
}
