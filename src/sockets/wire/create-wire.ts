import { FastWire } from './fast/fast-wire.js';
import { StockWire } from './stock/stock-wire.js';
import type { Wire, WireSettings } from './wire.js';

/** The one place where the wire is chosen. */
export function createWire(kind: 'fast' | 'stock', settings: WireSettings): Wire {
  return kind === 'fast' ? new FastWire(settings) : new StockWire(settings);
}
