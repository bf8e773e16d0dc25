import { attackOf } from '../attack.js';
import { floodSockets } from '../attacker/flood.js';
import { textFrame } from '../wire/frames.js';

const FRAMES = Buffer.concat([textFrame('3'), textFrame('43[]'), textFrame('6')]);

export const attack = attackOf({
  title: 'in open mode, four sockets that name no user send pongs, acks and noops in a stream',
  expected: 'the sockets are cut off, though nobody is behind them',
  fate: 'cut',
  auth: 'open',
  run: (stage) => floodSockets(stage, { frame: FRAMES, token: null }),
});
