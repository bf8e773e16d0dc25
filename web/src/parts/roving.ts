import { type KeyboardEvent, useCallback } from 'react';

/** Arrow keys move the focus among the items of a menu or a row; Home and End to the first and the last. */
export function useRoving(selector: string, axis: 'vertical' | 'horizontal' = 'vertical') {
  return useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const all = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
      if (all.length === 0) return;
      const at = all.indexOf(document.activeElement as HTMLElement);
      const [back, on] = axis === 'vertical' ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
      const next =
        event.key === on
          ? (at + 1) % all.length
          : event.key === back
            ? (at <= 0 ? all.length : at) - 1
            : event.key === 'Home'
              ? 0
              : event.key === 'End'
                ? all.length - 1
                : -1;
      if (next < 0) return;
      event.preventDefault();
      event.stopPropagation();
      all[next]!.focus();
    },
    [selector, axis],
  );
}
