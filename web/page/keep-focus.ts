/**
 * Keeps the focus where it was when the element that has it goes away or is disabled: browsers give it to the page then, and who
 * works with the keyboard is back at its beginning. The nearest part of the page around that is left takes it.
 */

const PARTS = 'fieldset:enabled, form, section, aside, dialog, [role="tabpanel"], main';

export function keepFocus(): void {
  /** The element that has the focus, and what is around it. */
  let path: readonly Element[] = [];
  addEventListener("focusin", (event) => {
    path = event.composedPath().filter((part) => part instanceof Element);
  });
  addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget) return;
    queueMicrotask(() => {
      // Still there and in order: the reader has clicked beside it. Not so when the window is left, which gives it back.
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
