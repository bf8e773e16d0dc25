import { useEffect, useState } from 'react';

type Region = 'log' | 'status';

const EVERY_MS = 1_000;
const heard: Record<Region, Set<(text: string) => void>> = { log: new Set(), status: new Set() };

/** Says something to screen readers. */
export function announce(text: string, region: Region = 'status'): void {
  for (const listener of heard[region]) listener(text);
}

/** Says it where it stands: readers hear nothing outside of a dialog that is open. */
export function Live({ region }: { region: Region }) {
  const [text, setText] = useState('');
  useEffect(() => {
    heard[region].add(setText);
    return () => void heard[region].delete(setText);
  }, [region]);
  return (
    <div className="hidden" role={region} aria-live="polite">
      {text}
    </div>
  );
}

/** The two places that readers hear: new messages, and what became of what one did. */
export function Announcer() {
  return (
    <>
      <Live region="log" />
      <Live region="status" />
    </>
  );
}

/** At most one of them a second, then how many there were. */
export function makeTeller(many: (n: number) => string) {
  let waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const tell = () => {
    timer = null;
    if (waiting.length === 0) return;
    announce(waiting.length === 1 ? waiting[0]! : many(waiting.length), 'log');
    waiting = [];
    timer = setTimeout(tell, EVERY_MS);
  };
  return (text: string) => {
    waiting.push(text);
    if (!timer) tell();
  };
}
