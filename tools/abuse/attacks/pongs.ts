import { attackOf } from '../attack.js';
import { floodSockets } from '../attacker/flood.js';
import { textFrame } from '../wire/frames.js';

export const attack = attackOf<{ token: string }>({
  title: 'four sockets send Engine.IO pongs in a stream',
  expected: 'every frame counts: the sockets are cut off, and those that come back as well',
  fate: 'cut',
  prepare: async (scene) => ({ token: (await scene.person()).token }),
  run: (stage) => floodSockets(stage, { frame: textFrame('3'), token: stage.data.token }),
});
