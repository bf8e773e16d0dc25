import { Broker } from './broker.js';

/** The broker of a node that is the only one: there is nobody else to carry anything to. */
export class MemoryBroker extends Broker {
  override start(): void {}

  override publish(): void {}

  override order(): void {}

  override roomChanged(): void {}

  override heard(): null {
    return null;
  }
}
