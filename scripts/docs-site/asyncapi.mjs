/** asyncapi.json: commands and events of a socket as AsyncAPI 3.0, from the server's side: it receives commands. */
import { commands, errorCatalogue, events, repliesOf } from '../../dist/contract/index.js';
import { version } from '../../dist/common/version.js';
import { errorCodesOf } from '../../dist/rest/openapi/error-codes.js';
import { exampleInput, exampleOf } from '../../dist/rest/openapi/examples.js';
import { schemaOf } from '../../dist/rest/openapi/json-schema.js';
import { inputSchema } from './contract.mjs';

const AT = '#/components/schemas/';
const CHANNEL = { $ref: '#/channels/socket' };
const inChannel = (message) => ({ $ref: `#/channels/socket/messages/${message}` });

const DESCRIPTION =
  `Commands and events over Socket.IO (protocol 5). A command is an event that the client emits, with its
input and a callback; the callback gets the answer, \`{ ok: true, data }\` or \`{ ok: false, error }\`. Without a
callback the answer comes as an event. Over REST the same commands are described by OpenAPI.`.replaceAll(
    '\n',
    ' ',
  );

function errorSchema(codes) {
  return {
    type: 'object',
    required: ['ok', 'error'],
    properties: {
      ok: { const: false },
      error: {
        type: 'object',
        required: ['code', 'message'],
        properties: {
          code: { type: 'string', enum: codes },
          message: { type: 'string' },
          details: {},
          retryAfterMs: { type: 'integer', description: 'Milliseconds.' },
        },
      },
    },
  };
}

function answerOf(name, definition, schemas) {
  const data = schemaOf(definition.result, 'output', schemas, AT);
  const done = { type: 'object', required: ['ok', 'data'], properties: { ok: { const: true }, data } };
  const [first, ...others] = errorCodesOf(name, definition, 'socket');
  const refused = { ok: false, error: { code: first, message: errorCatalogue[first].message } };
  return {
    name: `${name} answer`,
    title: `Answer to ${name}`,
    contentType: 'application/json',
    payload: { oneOf: [done, errorSchema([first, ...others])] },
    examples: [
      { name: 'done', payload: { ok: true, data: exampleOf(data, schemas) } },
      { name: 'refused', payload: refused },
    ],
  };
}

export function asyncApiDocument() {
  const schemas = {};
  const messages = {};
  const operations = {};
  for (const [name, definition] of Object.entries(commands)) {
    if (!definition.socket) continue;
    messages[name] = {
      name,
      title: name,
      summary: definition.summary,
      contentType: 'application/json',
      payload: inputSchema(definition, schemas, AT),
      examples: [{ name: 'example', payload: exampleInput(name, definition) }],
    };
    messages[`${name}Answer`] = answerOf(name, definition, schemas);
    const replies = repliesOf(definition);
    operations[name] = {
      action: 'receive',
      channel: CHANNEL,
      title: name,
      summary: definition.summary,
      ...(replies.length > 0
        ? { description: `Without a callback the answer is the event ${replies.join(' or ')}.` }
        : {}),
      messages: [inChannel(name)],
      reply: { channel: CHANNEL, messages: [inChannel(`${name}Answer`)] },
    };
  }
  for (const [name, { payload, summary }] of Object.entries(events)) {
    const schema = schemaOf(payload, 'output', schemas, AT);
    // Some commands and events share their names.
    const key = `${name}Event`;
    messages[key] = {
      name,
      title: name,
      summary,
      contentType: 'application/json',
      payload: schema,
      examples: [{ name: 'example', payload: exampleOf(schema, schemas) }],
    };
    operations[key] = {
      action: 'send',
      channel: CHANNEL,
      title: name,
      summary,
      messages: [inChannel(key)],
    };
  }
  const referred = Object.keys(messages).map((key) => [key, { $ref: `#/components/messages/${key}` }]);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Chat messaging API', version, description: DESCRIPTION, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      node: {
        host: 'localhost:3000',
        pathname: '/socket.io/',
        protocol: 'socket.io',
        description: 'Socket.IO on PORT. SOCKET_PORT (5005) has it too.',
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: {
      socket: {
        address: '/',
        title: 'A socket',
        description:
          'The default namespace. `auth` of the handshake says whose it is: `{ token }`, in open mode `{ userId }`.',
        messages: Object.fromEntries(referred),
      },
    },
    operations,
    components: {
      schemas,
      messages,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'With AUTH=jwt: an access token, as `auth.token` of the handshake.',
        },
      },
    },
  };
}
