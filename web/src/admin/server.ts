import type { ServerConfig } from '@chat-api/client';
import { ApiError } from './api';

export interface Server {
  config: ServerConfig;
  /** Commands that not every server has. */
  has: (command: string) => boolean;
  /** The events that webhooks may be sent; empty: the contract was not read. */
  webhookEvents: readonly string[];
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' }, credentials: 'omit' }).catch(
    () => null,
  );
  if (!response?.ok) throw new ApiError({ code: 'OFFLINE', message: 'The server was not reached.' });
  return (await response.json()) as T;
}

interface Command {
  input?: { properties?: { events?: { items?: { anyOf?: { enum?: string[] }[] } } } };
}

const NO_CONTRACT: { commands: Record<string, Command> } = { commands: {} };

/** What this server is. Without the contract the page works as well, with less. @throws ApiError */
export async function readServer(): Promise<Server> {
  const [config, contract] = await Promise.all([
    read<ServerConfig>('/config'),
    read<{ commands: Record<string, Command> }>('/docs/contract.json').catch(() => NO_CONTRACT),
  ]);
  const { createWebhook } = contract.commands;
  const choices = createWebhook?.input?.properties?.events?.items?.anyOf ?? [];
  return {
    config,
    has: (command) => Object.hasOwn(contract.commands, command),
    webhookEvents: choices.flatMap(({ enum: names = [] }) => names),
  };
}
