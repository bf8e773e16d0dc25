import { type RefObject, useEffect, useState } from 'react';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import { X } from './icons-more';

const SHOWN_MS = 8_000;

/** Says what was refused, above the composer, for a while. */
export function Faults({ on }: { on: RefObject<(fault: unknown) => void> }) {
  const [fault, setFault] = useState<{ text: string } | null>(null);
  useEffect(() => {
    on.current = (error) => {
      // One who discards it knows.
      if ((error as { code?: string }).code !== 'CLOSED') setFault({ text: sentenceOf(error) });
    };
  }, [on]);
  useEffect(() => {
    if (!fault) return undefined;
    const timer = setTimeout(() => setFault(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [fault]);
  if (!fault) return null;
  return (
    <div className="toast" role="alert">
      {fault.text}
      <button type="button" className="icon-button" aria-label={more.close} onClick={() => setFault(null)}>
        <X size={16} />
      </button>
    </div>
  );
}
