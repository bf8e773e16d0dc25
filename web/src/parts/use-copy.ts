import { useState, useRef } from 'react';
import { announce } from './announcer';

/** Copies what a field shows. `said`: what readers hear then. */
export function useCopy(text: string, said: string) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = () => {
    const done = () => {
      setCopied(true);
      announce(said);
    };
    if (navigator.clipboard) {
      void navigator.clipboard.writeText(text).then(done, () => field.current?.select());
      return;
    }
    // Over plain HTTP there is no other way.
    field.current?.select();
    if (document.execCommand('copy')) done();
  };
  return { field, copied, copy };
}
