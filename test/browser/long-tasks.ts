/** Watches a page's main thread while something goes on in it. */

import type { Page } from "playwright-core";

/** What a page's main thread did meanwhile. */
export interface Watch {
  /** The longest task in milliseconds; 0 if all took less than 50. */
  readonly longest: number;
  /** Frames a second. */
  readonly frames: number;
}

/**
 * Does something up to three times, until no task takes longer than 50 ms: what the processor did otherwise meanwhile is no task of
 * the page's, and on a busy machine the best of them tells.
 *
 * @param run is given how often it was called before
 */
export async function watchRuns(page: Page, run: (before: number) => Promise<void>): Promise<readonly Watch[]> {
  const watches: Watch[] = [];
  while (watches.length < 3 && (watches.at(-1)?.longest ?? 51) > 50) {
    await page.evaluate(watchTasks);
    await run(watches.length);
    const { longest, frames, seconds } = await page.evaluate(tasksSeen);
    watches.push({ longest, frames: frames / seconds });
  }
  for (const { longest, frames } of watches) {
    console.log(`longest task ${longest === 0 ? "below 50" : longest.toFixed(0)} ms, ${frames.toFixed(1)} frames/s`);
  }
  return watches;
}

interface Watched {
  watched?: { longest: number; frames: number; start: number; observer: PerformanceObserver; running: boolean };
}

/** Runs in the page. */
function watchTasks(): void {
  const now = {
    longest: 0,
    frames: 0,
    start: performance.now(),
    running: true,
    observer: new PerformanceObserver((list) => {
      for (const { duration, startTime } of list.getEntries()) {
        if (startTime >= now.start) now.longest = Math.max(now.longest, duration);
      }
    }),
  };
  now.observer.observe({ type: "longtask", buffered: true });
  const frame = () => {
    ++now.frames;
    if (now.running) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  (globalThis as Watched).watched = now;
}

/** Runs in the page. */
async function tasksSeen(): Promise<{ longest: number; frames: number; seconds: number }> {
  const now = (globalThis as Watched).watched as NonNullable<Watched["watched"]>;
  const seconds = (performance.now() - now.start) / 1000;
  const { frames } = now;
  now.running = false;
  // Entries are handed out in a task of their own.
  await new Promise((resolve) => setTimeout(resolve, 200));
  now.observer.disconnect();
  return { longest: now.longest, frames, seconds };
}
