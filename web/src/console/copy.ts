import { type Config, socketUrl } from './contract';
import type { Identity } from './identities';
import { withoutSecrets } from './log';
import { requestOf, type Sent } from './sending';

export const LANGUAGES = ['JavaScript', 'Our client', 'Python', 'curl'] as const;
export type Language = (typeof LANGUAGES)[number];

const indented = (value: unknown) => JSON.stringify(value, null, 2);
/** As JavaScript writes it: names without quotes where they need none. */
const asScript = (value: unknown) => indented(value).replace(/^(\s*)"([A-Za-z_]\w*)":/gm, '$1$2:');
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function asPython(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  // Python reads what JSON writes in quotes, but for halves of characters.
  if (typeof value !== 'object') return JSON.stringify(value);
  const within = `${indent}    `;
  if (Array.isArray(value)) return `[${value.map((one) => asPython(one, within)).join(', ')}]`;
  const lines = Object.entries(value).map(
    ([name, one]) => `${within}${JSON.stringify(name)}: ${asPython(one, within)},\n`,
  );
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}${indent}}`;
}

/**
 * A program that does the same, and ends when it is answered; without a callback it goes on showing events. Where the
 * console has a token or a key, it has a place for one.
 */
export function codeOf(language: Language, config: Config, who: Identity | null, sent: Sent): string {
  const { name, socket, rest } = sent.command;
  if (language === 'curl')
    return rest ? asCurl(who, sent, withoutSecrets(sent.input)) : `# ${name} has no REST route.`;
  if (!socket) return `${language === 'Python' ? '#' : '//'} ${name} has no socket command: use REST.`;
  const program = { 'Our client': ofClient, Python: ofPython, JavaScript: ofSocketIo }[language];
  const input = withoutSecrets(sent.input);
  return program({
    name,
    input,
    url: language === 'Our client' ? location.origin : socketUrl(config),
    byToken: config.auth === 'jwt',
    userId: who?.userId ?? 1,
    isEvent: sent.via === 'event',
  }).join('\n');
}

interface Program {
  name: string;
  input: unknown;
  url: string;
  byToken: boolean;
  userId: number | string;
  /** Without a callback. */
  isEvent: boolean;
}

const SCRIPT_TOKEN = "const TOKEN = ''; // your access token";

const ofClient = ({ name, input, url, byToken, userId }: Program) => [
  `import { createChat, ${byToken ? 'withTokens' : 'asUser'} } from '@chat-api/client';`,
  '',
  ...(byToken ? [SCRIPT_TOKEN] : []),
  `const auth = ${byToken ? 'withTokens(() => TOKEN)' : `asUser(${JSON.stringify(userId)})`};`,
  `const chat = createChat({ url: '${url}', auth });`,
  'chat.start();',
  'const { connection } = chat;',
  'await new Promise((done) =>',
  '  connection.subscribe(() => /live|refused/.test(connection.get().state) && done()),',
  ');',
  `console.log(await chat.call('${name}', ${asScript(input)}));`,
  'chat.stop();',
];

const ofPython = ({ name, input, url, byToken, userId, isEvent }: Program) => [
  'import socketio',
  '',
  ...(byToken ? ["TOKEN = ''  # your access token"] : []),
  'sio = socketio.Client()',
  ...(isEvent ? ["sio.on('*', lambda event, data: print(event, data))"] : []),
  `sio.connect('${url}', transports=['websocket'], auth=${byToken ? "{'token': TOKEN}" : `{'userId': ${asPython(userId)}}`})`,
  ...(isEvent
    ? [`sio.emit('${name}', ${asPython(input)})`, 'sio.wait()']
    : [`print(sio.call('${name}', ${asPython(input)}))`, 'sio.disconnect()']),
];

const ofSocketIo = ({ name, input, url, byToken, userId, isEvent }: Program) => [
  "import { io } from 'socket.io-client';",
  '',
  ...(byToken ? [SCRIPT_TOKEN] : []),
  `const socket = io('${url}', {`,
  "  transports: ['websocket'],",
  `  auth: ${byToken ? '{ token: TOKEN }' : `{ userId: ${JSON.stringify(userId)} }`},`,
  '});',
  ...(isEvent
    ? [
        'socket.onAny((event, data) => console.log(event, data));',
        `socket.emit('${name}', ${asScript(input)});`,
      ]
    : [
        `const answer = await socket.emitWithAck('${name}', ${asScript(input)});`,
        'console.log(answer.ok ? answer.data : answer.error);',
        'socket.disconnect();',
      ]),
];

function asCurl(who: Identity | null, { command }: Sent, input: unknown): string {
  const { method, path, headers, body } = requestOf(command, input);
  const proof =
    who?.token != null
      ? ['"Authorization: Bearer $TOKEN"']
      : who?.apiKey != null
        ? ['"X-Api-Key: $API_KEY"']
        : who?.userId != null
          ? [quoted(`X-User-Id: ${encodeURIComponent(who.userId)}`)]
          : [];
  const place =
    who?.token != null
      ? ["TOKEN='' # your access token"]
      : who?.apiKey != null
        ? ["API_KEY='' # one of API_KEYS"]
        : [];
  const lines = [
    `curl -X ${method} ${quoted(location.origin + path)}`,
    ...proof.map((one) => `-H ${one}`),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quoted(JSON.stringify(body))}`]),
  ];
  return [...place, lines.join(' \\\n  ')].join('\n');
}
