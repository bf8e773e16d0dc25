import { attackOf } from '../attack.js';
import { floodSockets } from '../attacker/flood.js';
import { clientFrame, OPCODE, textFrame } from '../wire/frames.js';

const FRAMES = Buffer.concat([textFrame('3'), textFrame('6'), clientFrame(OPCODE.ping, 'x')]);

export const attack = attackOf({
  title: 'four sockets without a token send pongs, noops and pings, and no CONNECT',
  expected: 'what arrives before CONNECT counts as well: the sockets are cut off',
  fate: 'cut',
  run: (stage) => floodSockets(stage, { frame: FRAMES }),
});
