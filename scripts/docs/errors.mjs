/** docs/reference/errors.md: the catalogue of error codes. */
import { errorCatalogue } from '../../dist/contract/index.js';
import { code, GENERATED, table } from './markdown.mjs';

export function errors() {
  const rows = Object.entries(errorCatalogue).map(([name, { status, message, advice }]) => [
    code(name),
    status,
    message,
    advice,
  ]);
  return `${GENERATED}

# Errors

An error is \`{ "code", "message", "details"?, "retryAfterMs"? }\`. It arrives as

- \`{ "ok": false, "error": … }\` in the callback of a command,
- the \`exception\` event, beside the name of the \`command\`, when the command had no callback,
- \`{ "error": … }\` in the body of a REST response, with the HTTP status below.

Let your program decide by \`code\`. The message is for people and may change between versions. For \`VALIDATION_FAILED\`,
\`details\` is a list of \`{ "path", "message" }\`, one for each field that is wrong. An error never repeats your input. Over
REST, \`retryAfterMs\` is also sent as the \`Retry-After\` header, in seconds.

${table(['code', 'HTTP', 'message', 'what to do'], rows)}
`;
}
