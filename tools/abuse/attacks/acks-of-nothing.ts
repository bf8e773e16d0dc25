import { attackOf } from '../attack.js';
import { floodSockets } from '../attacker/flood.js';
import { textFrame } from '../wire/frames.js';

export const attack = attackOf<{ token: string }>({
  title: 'four sockets answer events that nobody sent',
  expected: 'every frame counts: the sockets are cut off, and those that come back as well',
  fate: 'cut',
  prepare: async (scene) => ({ token: (await scene.person()).token }),
  run: (stage) => floodSockets(stage, { frame: textFrame('43[]'), token: stage.data.token }),
});
