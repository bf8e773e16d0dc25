import { useCallback, useEffect, useRef, useState } from 'react';
import { sentenceOf } from './api';

export const PAGE = 50;

/**
 * Pages of a list. `read` gives the page after an item, or the first; it stays the same function for the same list.
 * Whenever `looked` changes, the first page is read anew, unless more than it is shown; whenever `changed` does, in any
 * case.
 */
export function usePages<T>(read: (after?: T) => Promise<T[]>, looked: number, changed = 0) {
  const [items, setItems] = useState<T[] | null>(null);
  const [more, setMore] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const run = useRef(0);
  const pages = useRef(0);
  const load = useCallback(
    async (after?: T) => {
      const own = ++run.current;
      try {
        const page = await read(after);
        if (own !== run.current) return;
        pages.current = after === undefined ? 1 : pages.current + 1;
        setItems((shown) => [...(after === undefined ? [] : (shown ?? [])), ...page]);
        setMore(page.length === PAGE);
        setFault(null);
      } catch (error) {
        if (own === run.current) setFault(sentenceOf(error));
      }
    },
    [read],
  );
  useEffect(() => {
    pages.current = 0;
    setItems(null);
    setMore(false);
    return () => {
      run.current++;
    };
  }, [read]);
  useEffect(() => {
    pages.current = 0;
  }, [changed]);
  useEffect(() => {
    if (pages.current < 2) void load();
  }, [load, looked, changed]);
  return { items, more, fault, load: () => load(), loadMore: () => load(items?.at(-1)) };
}
