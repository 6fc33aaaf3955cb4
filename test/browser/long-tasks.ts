/** What a page's main thread does while something goes on in it, by its own time: however busy the machine is otherwise, that counts. */

import type { Browser, Page } from "playwright-core";

/** Of the page's main thread, in milliseconds of the processor's time. */
export interface ThreadTime {
  /** The longest task's. */
  readonly longest: number;
  readonly tasks: number;
  /** Of all tasks, as a share of the time that has passed. */
  readonly share: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds: when, how long by the clock, how long by the thread's own time. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Does something, and takes the time that Chromium's trace has for each task of the page's main thread. */
export async function watchThread(browser: Browser, page: Page, action: () => Promise<void>): Promise<ThreadTime> {
  await browser.startTracing(page, { categories: ["toplevel"] });
  await action();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const tasks = threads.map(({ pid, tid }) =>
    traceEvents.filter(
      (event) => event.name === "ThreadControllerImpl::RunTask" && event.pid === pid && event.tid === tid && event.tdur,
    ),
  );
  const [own = []] = tasks.sort((a, b) => b.length - a.length);
  const times = own.map(({ tdur = 0 }) => tdur / 1000);
  const [begin, end] = [Math.min(...own.map(({ ts }) => ts)), Math.max(...own.map(({ ts }) => ts))];
  const share = times.reduce((sum, time) => sum + time, 0) / ((end - begin) / 1000);
  const watched = { longest: Math.max(0, ...times), tasks: times.length, share };
  console.log(`longest of ${watched.tasks} tasks ${watched.longest.toFixed(1)} ms, all ${(share * 100).toFixed(0)} %`);
  return watched;
}
