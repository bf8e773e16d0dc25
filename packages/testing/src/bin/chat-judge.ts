#!/usr/bin/env node
import { judgeCommand } from './judge-command.js';

const terminal = { input: process.stdin, output: process.stdout, errors: process.stderr };

void judgeCommand(process.argv.slice(2), terminal).then((code) => {
  process.exitCode = code;
});
