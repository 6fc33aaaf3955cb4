/** WAI-ARIA's tabs: one is in the tab order, and the arrow keys move between them. */

import { type TabName, tab } from "../page/location.js";

interface Props {
  readonly tabs: readonly { readonly name: TabName; readonly title: string }[];
  readonly open: TabName;
}

export function TabList({ tabs, open }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ name }) => name === open);
    const last = tabs.length - 1;
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last };
    const target = moves[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = tabs[(target + tabs.length) % tabs.length] as Props["tabs"][number];
    tab.value = next.name;
    document.getElementById(`tab-${next.name}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Sections" onKeyDown={onKeyDown}>
      {tabs.map(({ name, title }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === open}
          aria-controls={name === open ? `panel-${name}` : undefined}
          tabIndex={name === open ? 0 : -1}
          onClick={() => {
            tab.value = name;
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
