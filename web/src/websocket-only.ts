/**
 * Stands for the list of transports in engine.io-client: the client connects by WebSocket alone, and long polling would be
 * a tenth of all that a first visit loads.
 */
import { WS } from '../../node_modules/engine.io-client/build/esm/transports/websocket.js';

export const transports = { websocket: WS };

/** Exported again by engine.io-client for those who choose it themselves; bundlers keep it for what it does when it is loaded. */
export const XHR = undefined;
