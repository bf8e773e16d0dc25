/** Where the message writer finds it. */
export { writeGathered } from './fast/corked-ws.js';
