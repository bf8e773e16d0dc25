/** The page of the events: what AsyncAPI's document says, for people. */
import { commands, events, repliesOf } from '../../dist/contract/index.js';
import { errorCodesOf } from '../../dist/rest/openapi/error-codes.js';
import { exampleInput, exampleOf } from '../../dist/rest/openapi/examples.js';
import { schemaOf } from '../../dist/rest/openapi/json-schema.js';
import { code, table } from '../docs/markdown.mjs';
import { inputTable, schemaOf as shownSchema, typeOf, viewTable } from '../docs/schemas.mjs';

/** Views have their tables on another page. */
const linked = (markdown) => markdown.replaceAll(/\]\(#/g, '](protocol.md#');
const block = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``;
const json = (value) => block('json', JSON.stringify(value, null, 2));

const exampleData = (schema) => {
  const named = {};
  return exampleOf(schemaOf(schema, 'output', named), named);
};

function eventSection([name, { payload, summary }]) {
  const schema = shownSchema(payload);
  const asked = Object.entries(commands).filter(([, one]) => repliesOf(one).includes(name));
  const asAnswer =
    asked.length > 0
      ? `Answer to ${asked.map(([command]) => code(command)).join(', ')}, without a callback.`
      : '';
  return [
    `### ${name}`,
    [summary, asAnswer].filter(Boolean).join(' '),
    schema.id ? `The payload is ${linked(typeOf(schema))}:` : `The payload is ${linked(typeOf(schema))}.`,
    ...(schema.properties ? [linked(viewTable(schema))] : []),
    json(exampleData(payload)),
  ].join('\n\n');
}

function commandSection([name, definition]) {
  const example = JSON.stringify(exampleInput(name, definition), null, 2).replaceAll(/"(\w+)":/g, '$1:');
  const fields = inputTable(definition);
  const codes = errorCodesOf(name, definition, 'socket').map(
    (one) => `[${code(one)}](errors.md#${one.toLowerCase()})`,
  );
  return [
    `### ${name}`,
    definition.summary,
    ...(Object.keys(definition.input.shape ?? {}).length > 0 ? [linked(fields)] : []),
    block('js', `const { ok, data, error } = await socket.emitWithAck('${name}', ${example});`),
    `With \`ok: true\`, \`data\` is ${linked(typeOf(shownSchema(definition.result)))}:`,
    json(exampleData(definition.result)),
    `Errors: ${codes.join(', ')}.`,
  ].join('\n\n');
}

/** Headings of events and commands of the same name get different anchors, as code hosts count them. */
export function eventsMarkdown() {
  const overSockets = Object.entries(commands).filter(([, { socket }]) => socket);
  const rows = overSockets.map(([name, one]) => [
    `[${code(name)}](#${name.toLowerCase()})`,
    one.summary,
    repliesOf(one).map(code).join(' or '),
  ]);
  return `# Events

A socket of Socket.IO carries **commands** from the client, each with a callback that gets the answer, and **events** from
the server. [AsyncAPI 3.0](asyncapi.json) says the same for programs; [the protocol](protocol.md) says what holds for all of
them: who is calling, retries, versions, order.

${block(
  'js',
  `import { io } from 'socket.io-client';

const socket = io('http://localhost:3000', { transports: ['websocket'], auth: { userId: 1 } });
socket.on('newMessage', (message) => console.log(message.content));

const message = { receiverId: 2, content: 'Hello!' };
const { ok, data, error } = await socket.emitWithAck('sendMessage', message);`,
)}

With \`AUTH=jwt\`, \`auth\` is \`{ token }\`. An answer is \`{ ok: true, data }\` or \`{ ok: false, error: { code, message } }\`.

Without a callback the answer comes as the event of the command, or as \`exception\`.

${table(['command', 'what it does', 'event'], rows)}

## Commands of a client

${overSockets.map(commandSection).join('\n\n')}

## Events of the server

${Object.entries(events).map(eventSection).join('\n\n')}
`;
}
