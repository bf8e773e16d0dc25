import { Publisher } from '../../src/delivery/publisher.js';
import type { World } from './world.js';

/** The publisher of a node, for tests that need it to act at a time when no command can. */
export async function publisherOf(world: World): Promise<Publisher> {
  const publish = jest.spyOn(Publisher.prototype, 'publish');
  // Opening a chat publishes `newChat` before its answer.
  await world.pair();
  const opened = publish.mock.calls.findIndex(([event]) => event === 'newChat');
  const publisher = publish.mock.contexts[opened] as Publisher;
  publish.mockRestore();
  return publisher;
}
