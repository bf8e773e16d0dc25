import { Broker } from './broker.js';

/** The broker of a single node: there is no other node to carry anything to. */
export class MemoryBroker extends Broker {
  override start(): void {}

  override publish(): void {}

  override order(): void {}

  override roomChanged(): void {}

  override heard(): null {
    return null;
  }
}
