import { Pacer } from '../../../common/flow/pacer.js';

/**
 * Connections whose peer has ended are closed, and told to Engine.IO, ten every 5 ms; when it is quiet, at once. What
 * follows on it, in Node, Engine.IO, Socket.IO and all the rooms, costs as much as a few messages each, and a network
 * that fails ends thousands in one turn. Until then nothing is sent to them (docs/adr/0017).
 */
export const closings = new Pacer({ everyMs: 5, most: 10 });
