/**
 * Keeps the keyboard focus in place when the focused element goes away or is disabled. Browsers then focus the page, and keyboard
 * users start again at its beginning. Instead, the nearest remaining ancestor gets the focus.
 */

const PARTS = 'fieldset:enabled, form, section, aside, dialog, [role="tabpanel"], main';

export function keepFocus(): void {
  /** The focused element and its ancestors. */
  let path: readonly Element[] = [];
  addEventListener("focusin", (event) => {
    path = event.composedPath().filter((part) => part instanceof Element);
  });
  addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget) return;
    queueMicrotask(() => {
      // The element is still there: the reader clicked somewhere else. Leaving the window is different: it gives the focus back.
      if (path[0] && !isGone(path[0]) && document.hasFocus()) path = [];
    });
  });
  new MutationObserver(() => {
    const [element, ...around] = path;
    if (!element || !isGone(element) || (document.activeElement ?? document.body) !== document.body) return;
    const part = around.find((candidate) => candidate.isConnected && candidate.matches(PARTS));
    if (!(part instanceof HTMLElement)) return;
    if (!part.hasAttribute("tabindex")) part.tabIndex = -1;
    part.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
}

function isGone(element: Element): boolean {
  return !element.isConnected || element.matches(":disabled");
}
