/** The public protocol: commands, events, views and error codes. It imports no other folder of src. */
export type { Answer } from './answer.js';
export * from './commands.js';
export {
  type WhoMayUse,
  whoMayUse,
  type CommandCost,
  type CommandDefinition,
  type CommandLimit,
  type CommandOrder,
  costOf,
  countedBy,
  largestPage,
  limitOf,
  repliesOf,
  replyTo,
} from './define.js';
export * from './errors.js';
export { EXTERNAL, type Externals, externalIn, idsInPart, MAX_EXTERNAL_ID, type Named } from './external.js';
export * from './events.js';
export * from './names.js';
export * from './permissions.js';
export * from './scalars.js';
export * from './validate.js';
export * from './views/index.js';
