import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type CommandDefinition, type CommandName, commandNames, definitionOf } from '../contract/index.js';
import { type CommandMetric, CommandMetrics } from '../common/metrics/command-metrics.js';
import { type CommandHandler, COMMANDS, type SocketCommand } from './command.decorator.js';

/** A socket command, with the gateway method that handles it. */
export interface Handler {
  name: CommandName;
  definition: CommandDefinition;
  handle: CommandHandler<CommandName>;
  metric: CommandMetric;
}

/** Every socket command of the contract with its one handler. Searches the gateways at start. */
@Injectable()
export class Handlers implements OnApplicationBootstrap {
  private readonly handlers = new Map<unknown, Handler>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly metrics: CommandMetrics,
  ) {}

  /** @throws Error when a socket command of the contract has no handler, or two. */
  onApplicationBootstrap(): void {
    for (const { instance } of this.discovery.getProviders()) {
      const gateway = instance as (Record<string | symbol, unknown> & object) | null | undefined;
      const methods = gateway?.[COMMANDS] as Map<SocketCommand, string | symbol> | undefined;
      if (!gateway || !methods) continue;
      for (const [name, method] of methods) {
        if (this.handlers.has(name))
          throw new Error(`The command ${name} has two handlers: keep one @Command`);
        const handle = (gateway[method] as CommandHandler<CommandName>).bind(gateway);
        const metric = this.metrics.of('socket', name);
        this.handlers.set(name, { name, definition: definitionOf(name), handle, metric });
      }
    }
    const missing = commandNames.filter((name) => definitionOf(name).socket && !this.handlers.has(name));
    if (missing.length > 0)
      throw new Error(
        `Commands without a handler: ${missing.join(', ')}. Add a gateway method with @Command`,
      );
  }

  /** The handler of a command by the name that a client sent; undefined for an unknown command. */
  of(command: unknown): Handler | undefined {
    return this.handlers.get(command);
  }

  /** The metric of a command. All unknown commands share one. */
  metricOf(handler: Handler | null): CommandMetric {
    return handler?.metric ?? this.metrics.unknown;
  }
}
