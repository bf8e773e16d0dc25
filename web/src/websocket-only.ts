/**
 * Stands for the list of transports in engine.io-client: the client connects by WebSocket alone, and long polling would be
 * a tenth of all that a first visit loads.
 */
import { WS } from '../../node_modules/engine.io-client/build/esm/transports/websocket.js';

export const transports = { websocket: WS };

/** engine.io-client re-exports XHR, so the name must exist; we never use it. */
export const XHR = undefined;
