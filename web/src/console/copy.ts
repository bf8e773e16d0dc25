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

/** A program that does the same. It has TOKEN and API_KEY where the console has one. */
export function codeOf(language: Language, config: Config, who: Identity | null, sent: Sent): string {
  const input = withoutSecrets(sent.input);
  const { name, socket, rest } = sent.command;
  const userId = who?.userId ?? 1;
  const byToken = config.auth === 'jwt';
  const url = socketUrl(config);
  if (language === 'curl') return rest ? asCurl(who, sent, input) : `# ${name} has no REST route.`;
  const none = `${language === 'Python' ? '#' : '//'} ${name} has no socket command: use REST.`;
  if (language === 'Our client') {
    const auth = byToken ? 'withTokens(() => TOKEN)' : `asUser(${JSON.stringify(userId)})`;
    return [
      `import { createChat, ${byToken ? 'withTokens' : 'asUser'} } from '@chat-api/client';`,
      '',
      `const chat = createChat({ url: '${location.origin}', auth: ${auth} });`,
      ...(socket ? [`console.log(await chat.call('${name}', ${asScript(input)}));`] : [none]),
    ].join('\n');
  }
  if (!socket) return none;
  if (language === 'Python')
    return [
      'import socketio',
      '',
      'sio = socketio.Client()',
      `sio.connect('${url}', transports=['websocket'], auth=${byToken ? "{'token': TOKEN}" : `{'userId': ${asPython(userId)}}`})`,
      ...(sent.via === 'event'
        ? [`sio.on('*', lambda event, data: print(event, data))`, `sio.emit('${name}', ${asPython(input)})`]
        : [`print(sio.call('${name}', ${asPython(input)}))`]),
    ].join('\n');
  return [
    "import { io } from 'socket.io-client';",
    '',
    `const socket = io('${url}', {`,
    "  transports: ['websocket'],",
    `  auth: ${byToken ? '{ token: TOKEN }' : `{ userId: ${JSON.stringify(userId)} }`},`,
    '});',
    ...(sent.via === 'event'
      ? [
          'socket.onAny((event, data) => console.log(event, data));',
          `socket.emit('${name}', ${asScript(input)});`,
        ]
      : [
          `const answer = await socket.emitWithAck('${name}', ${asScript(input)});`,
          'console.log(answer.ok ? answer.data : answer.error);',
        ]),
  ].join('\n');
}

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
  const lines = [
    `curl -X ${method} ${quoted(location.origin + path)}`,
    ...proof.map((one) => `-H ${one}`),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quoted(JSON.stringify(body))}`]),
  ];
  return lines.join(' \\\n  ');
}
