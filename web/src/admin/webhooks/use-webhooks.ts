import type { Webhook } from '@chat-api/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { get, sentenceOf } from '../api';

/** Milliseconds between two looks. */
const EVERY_MS = 5_000;

/** All webhooks, and how they do. `looked` counts the looks. */
export function useWebhooks() {
  const [webhooks, setWebhooks] = useState<Webhook[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [looked, setLooked] = useState(0);
  const run = useRef(0);
  const load = useCallback(async () => {
    const own = ++run.current;
    try {
      const read = await get<Webhook[]>('/webhooks');
      if (own !== run.current) return;
      setWebhooks(read);
      setFault(null);
    } catch (error) {
      if (own === run.current) setFault(sentenceOf(error));
    }
    setLooked((n) => n + 1);
  }, []);
  useEffect(() => {
    void load();
    // Nobody looks at a page that is not seen.
    const timer = setInterval(() => document.hidden || void load(), EVERY_MS);
    return () => {
      run.current++;
      clearInterval(timer);
    };
  }, [load]);
  return { webhooks, fault, load, looked };
}
