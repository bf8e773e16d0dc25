/** docs/reference/protocol.md: every command, event and view of the contract. */
import {
  commands,
  endedByBlock,
  events,
  MAX_CONTENT_LENGTH,
  METADATA,
  permissions,
  repliesOf,
} from '../../dist/contract/index.js';
import { code, GENERATED, sentence, table, thousands } from './markdown.mjs';
import { formsOf, inputTable, rulesOf, schemaOf, shortInput, typeOf, views, viewTable } from './schemas.mjs';

const restOf = ({ rest }) => (rest ? code(`${rest.method} ${rest.path}`) : '');

/** How much a command counts against its limit. */
function costOf({ base = 1, of, per }) {
  const first = `Counts as ${base} against its rate limit`;
  if (!of) return `${first}.`;
  return `${first}, and 1 more for each further ${per} of ${[of].flat().map(code).join(', else of ')}.`;
}

/** What the `version` in an answer stands for, by its schema; empty: it has none, or only reads. */
function versionOf({ order, result }) {
  const forms = formsOf(schemaOf(result)).filter(({ properties = {} }) => 'version' in properties);
  if (order === 'read' || forms.length === 0) return '';
  if (forms.every(({ properties }) => !('changed' in properties))) return 'new';
  return forms.every(({ required }) => required.includes('changed'))
    ? 'not new'
    : 'new, unless `changed: false`';
}

function commandSection([name, command]) {
  const { summary, result, bare, who, inOpenMode, actor, reply, socket, rest, input, misleading } = command;
  const facts = [`Result: ${command.lines ? 'JSON Lines, each a ' : ''}${typeOf(schemaOf(result))}.`];
  if (socket) {
    facts.push(reply ? `Event without a callback: ${code(reply)}.` : 'No event without a callback.');
    if (bare) facts.push(`A plain value instead of an object is taken as ${code(bare)}.`);
  } else {
    facts.push('REST only.');
  }
  if (rest) facts.push(`REST: ${restOf(command)}, status ${rest.status}.`);
  if (command.cookie)
    facts.push(`Over REST the cookie of a login stands for ${code(command.cookie)} where it is left out.`);
  if (who === 'anyone') facts.push('No token is needed.');
  if (who === 'application') facts.push('With `AUTH=jwt` only an API key may call it.');
  if (inOpenMode === 'off') facts.push('Not available in open mode.');
  if (misleading) facts.push(`Refused: ${Object.keys(misleading).map(code).join(', ')}.`);
  if (actor.length > 0) facts.push(`Acting user: ${actor.map(code).join(' or ')}.`);
  if (command.cost) facts.push(costOf(command.cost));
  const rules = rulesOf(input).map((rule) => sentence(rule.replace(/^expected/, 'needs')));
  return [
    `### ${name}`,
    summary,
    facts.join(' '),
    inputTable(command),
    ...(rules.length ? [rules.join(' ')] : []),
  ].join('\n\n');
}

function commandTable() {
  const rows = Object.entries(commands).map(([name, command]) => [
    command.socket ? `[${name}](#${name.toLowerCase()})` : `[(${name})](#${name.toLowerCase()})`,
    shortInput(command),
    repliesOf(command).map(code).join(', '),
    restOf(command),
    versionOf(command),
  ]);
  return table(['command', 'data', 'event', 'REST', '`version` of the answer'], rows);
}

/** Events that are not the answer to a command. */
function pushedEvents() {
  const answers = new Set(Object.values(commands).flatMap(repliesOf));
  return Object.keys(events).filter((name) => !answers.has(name));
}

/** What the values of `who` mean. */
const WHO = {
  anyone: 'anyone',
  known: 'any user, or the application',
  person: 'any user',
  oneself: 'the user it is about, or the application',
  application: 'the application',
};

const LEAST = { member: 'every member', admin: 'owner and admins', owner: 'the owner' };

/** Who may use a permission in a group, and in a direct chat. */
function needOf(permission) {
  if (!permission) return ['', ''];
  const { group, direct } = permissions[permission];
  const between = endedByBlock.has(permission) ? 'both, unless one blocks the other' : 'both';
  return [LEAST[group], direct ? between : 'nobody'];
}

function whoTable() {
  const rows = Object.entries(commands).map(([name, { who = 'known', inOpenMode, needs }]) => [
    code(name),
    inOpenMode && inOpenMode !== 'off' ? `${WHO[who]}; in open mode ${WHO[inOpenMode]}` : WHO[who],
    ...needOf(needs),
  ]);
  return table(['command', 'who', 'in a group', 'in a direct chat'], rows);
}

function eventTable() {
  const rows = Object.entries(events).map(([name, { payload, summary }]) => [
    code(name),
    typeOf(schemaOf(payload)),
    summary,
  ]);
  return table(['event', 'payload', 'when, and who receives it'], rows);
}

const INTRODUCTION = `# Protocol

Every command, event and view, as \`src/contract\` defines them. A running server also shows its REST routes as OpenAPI,
at \`/docs/rest\`.

## How to call it

**Socket.IO** (\`SOCKET_PORT\`, and \`PORT\` below \`/socket.io/\`). The client emits the name of a command with one argument and, if it wants an answer, a
callback.

- With a callback, the server calls it exactly once, within 5 s, with \`{ "ok": true, "data": … }\` or
  \`{ "ok": false, "error": { "code", "message", "details"?, "retryAfterMs"? } }\`. That socket does not receive the event
  as well.
- Without a callback, that socket receives the event of the command, or \`exception\` if the command failed.
- A frame that is no JSON (\`NaN\`), has binary data, is of a kind that is not spoken here, or of a namespace that was not
  joined is answered in the same way with \`VALIDATION_FAILED\` (a callback on its namespace, \`exception\` on \`/\`); what
  was sent before and after it is not affected.
- A frame over the limit, a second CONNECT, a CONNECT_ERROR, a malformed CONNECT or DISCONNECT, and what is no frame or packet
  at all end the connection. Before that, and within 6 s, commands that were sent before it are answered; what is sent after
  it is not read.

**REST** (\`PORT\`). The input is made of the path parameters and the JSON body; for GET and DELETE, of the path parameters
and the query. The response body is the result itself. An error is \`{ "error": { "code", "message", … } }\`, with the HTTP
status of [its code](errors.md).

**Values**

- \`null\` for an optional field means that the field is not there, unless its type below says \`null\`: there the notes
  say what it means. In a query string an empty optional parameter (\`?before=\`), and \`null\`, mean the same.
- Ids are integers from 1 to 2^53 - 1. Input may be a number or a numeric string, in lists and in \`metadata.mentions\` as
  well; output is always a number.
- \`external:<externalId>\` stands for the id of a user or chat wherever one is taken: in paths (URL-encoded), queries,
  bodies, lists, \`metadata.mentions\`, the keys of \`versions\`, the handshake and X-User-Id (URL-encoded as well). An
  \`externalId\` has 1 to 256 UTF-16 code units; of a list in a query that has one with a comma, give each id as a
  parameter of its own. What nobody has, or you may not see, is answered like an id that does not exist; where an
  answer has ids, it is 9007199254740991. See [Your own ids](../guides/your-own-ids.md).
- Timestamps are ISO 8601 in UTC, with milliseconds. Input may have an offset: \`2026-11-28T10:00:00+02:00\`.
- Text may not contain NUL or an unpaired surrogate. It is stored unchanged. A message has at most
  ${thousands(MAX_CONTENT_LENGTH)} UTF-16 code units.
- Names and titles are one line of at most 200 visible characters (and 1,000 UTF-16 code units), without control
  characters, invisible characters, and characters that change the direction of text; joiners are allowed between visible
  characters, as in emoji and Persian. They are stored in Unicode's normal form C.
- URLs are http or https, without user name and password. They are stored in the form of the URL standard, with at most
  2,048 characters.
- \`app\` in the \`metadata\` of a user is written by the application only. It stays when users replace their own
  metadata. They may send it back unchanged; anything else is \`FORBIDDEN\`.
- The \`content\` of a system message of the server is a short English text, in which long names and titles are cut.
  Better build your own text from \`metadata.event\` and the ids, with the names of the users themselves.
- \`metadata\` is a JSON object of at most ${METADATA.depth} levels, ${METADATA.keys} keys and elements, and ${thousands(METADATA.bytes)} bytes. Keys
  may be any words. Integers in it are at most 2^53 - 1 or at least -(2^53 - 1): larger ones are refused, because readers
  of JSON numbers would round them. Send them as text.
- Unknown fields of the input are ignored, so that a view can be sent back with changes. Fields that look as if they did
  something (\`mentions\` beside \`content\`, \`metadata\` where it is not kept) are \`VALIDATION_FAILED\` and say what to do
  instead, unless the input is a view: it has a \`createdAt\`, \`joinedAt\` or \`version\`. The \`clientId\` of a message view
  is the key of that message, and only for \`sendMessage\` the key of the command.

**Order.** Commands of one socket are executed in order: messages are written in the order in which they were sent, every
other write waits for the writes before it, and a read sees the writes before it. Events of one chat are sent in the order of
its versions, whatever caused them, but one that is [more than 100 ms late](../guides/sync.md#what-the-order-of-events-tells)
comes after later ones: order messages by \`seq\`, not by their arrival. An answer may come before events of lower versions. A
gap between two versions is a loss only after a grace.

**What is a change.** An event or an answer to a command that writes is the change of the chat with its \`version\`, unless it
has \`changed: false\`: then nothing of the chat changed, and \`version\` is a present one that must not be counted. So is the
answer to a command that found everything as it should be (a title that is the same, a reaction that is there, a member
who is in), and what is about one person only: \`messageSeen\`, \`messageDelivered\`, \`membershipUpdated\` and \`chatCleared\` always have
it. \`unreadCount\`, \`blockChanged\`, invitations, presence and typing have no \`version\`. Answers to commands that only
read are never a change.

**Retries.** \`clientId\` (REST: the \`Idempotency-Key\` header) makes a command safe to send again: it is executed once, and a
repeat returns the message, chat or other object of the first one, as it is now. A message that was deleted meanwhile is
returned empty; what you may no longer see is \`NOT_FOUND\`. A message keeps its key as long as it exists. The key of any
other command is kept for a day (\`IDEMPOTENCY_KEEP_SECONDS\`), or until the chat of the command is deleted. Use a random
key, such as a UUID, and never text that somebody wrote.

## Who is calling

Two words are used below. A **user** is one person. The **application** is your own backend: a request that is not made in
the name of a user. It has full admin rights: it may read, change and delete every chat.

In **open mode** the server trusts what the client says:

- The acting user is the one in the field that each command lists, else the one that the socket named by \`auth: { userId }\`
  of its handshake or by \`userOnline\`, else (REST) the one in the \`X-User-Id\` header. The user is created when an id is
  used for the first time.
- \`auth: { userId }\` is \`userOnline\` from the start. Use it: a reconnect is a new connection, which belongs to nobody until
  it has said so, and stock clients send what they have buffered before their \`connect\` handlers run. A handshake with a
  bad id receives \`connect_error\` with \`VALIDATION_FAILED\`.
- A request that names no user is the application. Commands that need a user then fail with \`UNAUTHENTICATED\`.

With **\`AUTH=jwt\`** the token says who is calling: \`Authorization: Bearer …\` over REST; on a socket \`auth: { token }\` in the
handshake, where \`Bearer \` may stand before it, or the same header where a client can set it.

- The fields, the header and \`auth.userId\` that name the acting user can be left out. If they are sent, they must name the user of the
  token; of two fields such as \`user1Id\` and \`user2Id\`, at least one must. Otherwise the answer is \`FORBIDDEN\`.
- An API key (\`X-Api-Key\` or \`Authorization: Bearer …\`, REST only) is the application. It acts in the name of a user if a
  field or \`X-User-Id\` names one. Naming a user does not create it.
- A socket without a valid token receives \`connect_error\`; its \`data\` is the error. Socket.IO clients do not reconnect by
  themselves after that: connect again with another token, or, when it has \`retryAfterMs\`, after that.
- A temporary refusal is no \`connect_error\` with a code, in any mode: while the database is away, the server is busy
  or stopping, or the user has as many open sockets as \`RATE_LIMIT_USER_SOCKETS\` allows, a handshake is refused with HTTP
  503 and \`Retry-After\`, or its connection is closed. Socket.IO clients then try again by themselves until they are
  connected.
- A connected socket is online as the user of its token and receives events at once; \`userOnline\` is not needed. \`ready\`
  says who that is.
- One minute before its token expires, a socket receives \`tokenExpiring\` (with a token that lasts less than two minutes,
  after half of the remaining time). It sends \`authenticate\` with a new token, or it receives \`exception\` with
  \`TOKEN_EXPIRED\` and is closed.

## Who receives what

- **Changes of a chat** go to all its members, on all their devices: \`newChat\`, \`newMessage\`, \`messageEdited\`,
  \`messageDeleted\` (for everyone), \`reactionsChanged\`, \`messageSeen\`, \`messageDelivered\`, \`chatUpdated\`, \`membersAdded\`,
  \`memberRemoved\`, \`memberUpdated\`, \`chatDeleted\`.
- **Only your own devices** receive \`unreadCount\`, \`membershipUpdated\`, \`chatCleared\`, \`blockChanged\` and
  \`messageHidden\`. The same holds for \`messageSeen\` and \`messageDelivered\` in a group of more than \`RECEIPTS_PUSHED_UP_TO\` members, and in a
  direct chat while you block the other person.
- **Presence** is visible to users who share a chat (with \`AUTH=jwt\`, in a direct chat only after the user's first message
  in it). To everybody else a user looks like one that does not exist. \`userStatus\` is pushed to users who have a direct
  chat with the one who came online or went offline, and to sockets that watch them
  (\`watchPresence\`, up to 500 users, group members included). Changes within 50 ms are collected: a user who goes offline
  and comes back within that time is not announced. After \`setVisibility { visible: false }\` a user looks offline to
  everybody else, but still sees them and still receives messages.
- **Active** is more than online: a device that is used right now says so by \`setActive\`, each minute. It holds back pushes,
  and nobody else learns of it.
- **Typing** goes to the other members who are online, for as long as the client repeats \`typing\` (about every 3 s). It is
  never stored. It ends by itself after 5 s, when the message is sent, or when the connection is lost.
- **streamMessage** sends a message with \`metadata.streaming: true\` that grows while it is read: \`sendDelta\` adds to it,
  readers get \`streamDelta\` with the offset, and \`getStream\` what there is so far. It ends by \`finishStream\`, \`stopStream\`, or
  60 s after the last delta (10 s after the socket of its writer has closed), with one \`messageEdited\`. See
  [Streamed replies](../guides/streamed-replies.md).
- **sendEvent** sends an event of the application (\`chatEvent\`: a cursor, a poke, a paid order) to the members who are online.
  It is never stored, and delivery is best effort: what has to arrive is a message. Events of one sender in a chat arrive in
  their order when they are sent to one node.

## What the main commands do

- **createChat** returns the direct chat of the two users and creates it if there is none. Two users have one direct chat.
- **createGroup** makes a group of up to 1,000 members: one owner, admins and members. Admins change the group, add people
  and remove members; the owner sets roles. The server writes system messages about these changes into the chat, in order
  with the other messages. \`historyVisible\` says whether new members see older messages.
- **sendMessage** with a \`receiverId\` opens the direct chat if there is none.
- **clearChat** empties a direct chat or a group for you only, on all your devices, and hides it from your list. The next
  message, or \`createChat\`, brings it back with only what is new. You stay a member all the time, so the chat can still be
  read, written to and left by its id.
- **deleteChat** deletes a chat for everyone: a group if you are its owner, a direct chat if you are one of the two. With
  \`DIRECT_DELETE=me\` (the feature \`directDeleteForMe\`) users delete direct chats for themselves only, which is
  \`clearChat\` with the answer and the event of \`deleteChat\`. The application always deletes for everyone.
- **markAsSeen** marks everything up to the message as seen. The position never moves back.
- **metadata.mentions** of a message is a list of user ids, or \`"all"\`: all who are members when it is sent (in a group
  only its owner and admins may mention all). \`unreadMentions\` counts them for each member, in muted chats too.
- **newMessage** has no \`lastActivityAt\`: that of the chat becomes the \`createdAt\` of the message, to the millisecond.
- **sync** returns what changed since the versions that a client has: see [the guide](../guides/sync.md).
- **blockUser** stops both users from sending, editing and reacting in their direct chat, and hides the blocker's presence
  and typing from the blocked user. Groups are not affected.
- **reportMessage** stores a copy of the message as it is now, **reportUser** and **reportChat** what the user or chat shows of
  itself. Your backend reads them with \`GET /reports\`.`;

export function protocol() {
  const sections = Object.entries(commands).map(commandSection);
  const eventRows = eventTable();
  const viewSections = [...views].map(([name, view]) => `### ${name}\n\n${viewTable(view)}`);
  return `${GENERATED}

${INTRODUCTION}

## All commands

A command in parentheses exists over REST only. Optional fields that name the acting user are left out here.

${commandTable()}

Events that are not the answer to a command: ${pushedEvents().map(code).join(', ')}.

## Who may do what

If a user is not a member of a chat, the chat and its messages do not exist for them: the answer is \`NOT_FOUND\`. The
application may do in every chat what a user may. In addition:

- Users can edit only their own messages. They can delete only their own messages for everyone; admins of a group can delete
  all.
- While one of two users blocks the other, no direct chat can be opened between them.

${whoTable()}

## Commands

${sections.join('\n\n')}

## Events

${eventRows}

## Views

New fields may be added; fields are never removed.

${viewSections.join('\n\n')}
`;
}
