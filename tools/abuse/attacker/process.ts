import { serve } from '../../bench/ipc.js';
import { attackNamed } from '../catalogue.js';
import { useAddressesOf } from '../wire/address.js';
import { type Orders, Stage } from './stage.js';
import type { Outcome } from './tally.js';

/** What the attacker's process can be told. */
export interface AttackerOperations {
  run: { params: Orders; result: Outcome };
}

process.once('disconnect', () => process.exit());

serve<AttackerOperations>({
  run: async (orders) => {
    useAddressesOf(orders.nth);
    const attack = await attackNamed(orders.attack);
    const stage = new Stage(orders);
    await attack.run(stage);
    return stage.tally.outcome();
  },
});
