/** Whether a checkpoint in memory is one, before anything of it is taken. */

import { checkList } from "../check-list.js";
import { ANY_DOUBLE, checkInteger, checkNumber, checkRecord, checkText, wrongType } from "../check-options.js";
import type { CheckpointContents } from "./checkpoint.js";

/**
 * The parts' own parts are looked at by who takes them: network, optimizer, generator, schedule and callbacks.
 *
 * @throws TypeError, RangeError for anything but what `loadCheckpoint` and a run's `checkpoint` give
 */
export function checkContents(contents: CheckpointContents): void {
  checkRecord("resume", contents, "what loadCheckpoint gives");
  const { position, random, settings, parts, schedule, history, network, optimizer, gradients, callbacks } = contents;
  for (const [name, part] of Object.entries({ position, random, settings, network, optimizer })) {
    checkRecord(`resume: ${name}`, part);
  }
  if (parts !== undefined) {
    checkRecord("resume: parts", parts);
    for (const [name, part] of Object.entries(parts)) checkText(`resume: parts: ${name}`, part);
  }
  if (schedule !== null) checkRecord("resume: schedule", schedule, "an object or null");
  checkInteger("resume: position: epoch", position.epoch, 1);
  checkInteger("resume: position: batch", position.batch, 0);
  checkNumber("resume: position: losses", position.losses, ANY_DOUBLE);
  checkNumber("resume: position: seconds", position.seconds, ANY_DOUBLE);
  checkList("resume: history", history, "a list of reports");
  checkList("resume: callbacks", callbacks, "a list of states");
  for (let i = 0; i < callbacks.length; ++i) checkRecord(`resume: callbacks[${i}]`, callbacks[i]);
  if (Object.prototype.toString.call(gradients) !== "[object Map]")
    throw wrongType("resume: gradients", "a Map", gradients);
}
