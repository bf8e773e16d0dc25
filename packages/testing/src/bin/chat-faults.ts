#!/usr/bin/env node
import { faultsCommand } from './faults-command.js';

const terminal = { input: process.stdin, output: process.stdout, errors: process.stderr };
const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());

// Standard input may still be open when it ends.
void faultsCommand(process.argv.slice(2), terminal, end.signal).then((code) => process.exit(code));
