import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../bench/ipc.js';
import type { Figures } from './figures.js';
import { Pair, type PairOf } from './pair.js';

/** What the bystander's process can be told. */
export interface BystanderOperations {
  /** Two users connect and chat from now on. */
  open: { params: PairOf; result: null };
  /** What is asked from now on belongs to the next figures. */
  begin: { params: null; result: null };
  /** Waits for all answers of the phase. */
  end: { params: null; result: Figures };
}

process.once('disconnect', () => process.exit());

let pair: Pair | null = null;

serve<BystanderOperations>({
  open: async (of) => {
    pair = await Pair.open(of);
    // The first commands of a connection are slower: they belong to no figures.
    await sleep(1_000);
    return null;
  },
  begin: () => {
    pair?.begin();
    return null;
  },
  end: () => {
    if (!pair) throw new Error('the bystander is not open');
    return pair.end();
  },
});
