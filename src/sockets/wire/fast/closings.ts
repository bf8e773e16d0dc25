import { Pacer } from '../../../common/flow/pacer.js';

/**
 * Closes connections whose peer has ended, and reports them to Engine.IO: at once when few end, else ten every 5 ms.
 * The work that follows, in Node, Engine.IO, Socket.IO and all the rooms, costs as much as a few messages each, and a
 * failing network ends thousands in one turn. A connection that waits for its closing is sent nothing (docs/adr/0017).
 */
export const closings = new Pacer({ everyMs: 5, most: 10 });
