import { attackOf } from '../attack.js';
import { floodSockets } from '../attacker/flood.js';
import { clientFrame, OPCODE } from '../wire/frames.js';

/** A pong in 200 parts, all but the first of them empty. */
const PONG_IN_PARTS = Buffer.concat([
  clientFrame(OPCODE.text, '3', false),
  ...Array.from({ length: 198 }, () => clientFrame(OPCODE.continuation, '', false)),
  clientFrame(OPCODE.continuation, '', true),
]);

export const attack = attackOf<{ token: string }>({
  title: 'four sockets send short messages in hundreds of empty fragments',
  expected: 'every frame counts, parts too: the sockets are cut off, and those that come back as well',
  fate: 'cut',
  prepare: async (scene) => ({ token: (await scene.person()).token }),
  run: (stage) => floodSockets(stage, { frame: PONG_IN_PARTS, token: stage.data.token }),
});
