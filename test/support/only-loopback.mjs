// @ts-check
/**
 * Keeps a process to this machine: a connection, a datagram or a look-up of a name that would leave it is refused before
 * anything is sent. Node has one way out for each: `net.Socket.prototype.connect`, by which TLS, HTTP, HTTP/2, `fetch` and
 * the database's driver go too, the datagrams of `dgram`, and `dns`.
 *
 * Patched as they are, not imported: Jest hands each file a module of its own, with what was exported when it was made.
 */
const { getBuiltinModule } = process;
const net = getBuiltinModule('node:net');
const dgram = getBuiltinModule('node:dgram');
const dns = getBuiltinModule('node:dns');
const os = getBuiltinModule('node:os');
const { syncBuiltinESMExports } = getBuiltinModule('node:module');

/** Where the function stands that was there before: each test file of a process patches anew. */
const BEFORE = Symbol.for('before it was kept to this machine');

/** What an error of a refused connection begins with, and the line that a program prints. */
export const REFUSED = 'A test must not leave this machine';

const loopback = new net.BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
// What Linux takes for the loopback address when it is connected to.
loopback.addAddress('0.0.0.0', 'ipv4');
loopback.addAddress('::', 'ipv6');

/** By an address of its own network a machine reaches itself. @param {string} address */
const isOwn = (address) =>
  Object.values(os.networkInterfaces()).some((found) => found?.some((one) => one.address === address));

/** @param {string} host an address or a name */
function isHere(host) {
  const family = net.isIP(host);
  if (family === 0) return /^(.+\.)?localhost\.?$/i.test(host) || host === '' || host === os.hostname();
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6') || isOwn(host);
}

/** @param {string} what */
const refusal = (what) =>
  Object.assign(
    new Error(`${REFUSED}: ${what}. Give it a server on 127.0.0.1, or a network of the test's own.`),
    {
      code: 'EONLYLOOPBACK',
    },
  );

/**
 * Puts `made(before)` in the place of a method.
 *
 * @param {any} owner @param {string} name @param {(before: Function) => Function} made
 */
function replace(owner, name, made) {
  const before = owner[name][BEFORE] ?? owner[name];
  owner[name] = Object.assign(made(before), { [BEFORE]: before });
}

/**
 * From now on. What is refused fails with an error of the code EONLYLOOPBACK, as a connection fails.
 *
 * @param {(what: string) => void} onRefused is told of each, in words: code that is tested may catch the error
 */
export function keepToLoopback(onRefused) {
  /** @param {string} what */
  const refused = (what) => {
    const error = refusal(what);
    onRefused(error.message);
    return error;
  };

  replace(
    net.Socket.prototype,
    'connect',
    (connect) =>
      /** @this {import('node:net').Socket} @param {any[]} given */
      function (...given) {
        // Node's own callers hand on a list that is normalised already.
        const [first, second] = Array.isArray(given[0]) ? given[0] : given;
        const options =
          typeof first === 'object' && first !== null
            ? first
            : Number.isNaN(Number(first))
              ? { path: first }
              : { port: first, host: typeof second === 'string' ? second : undefined };
        const { path, host = 'localhost', port, lookup } = options;
        if (path || isHere(host)) return connect.apply(this, given);
        // A name that the caller looks up is what that says.
        if (net.isIP(host) === 0 && lookup) {
          const checked = (/** @type {any[]} */ ...asked) => {
            const done = asked.pop();
            lookup(
              ...asked,
              (/** @type {any} */ error, /** @type {any} */ found, /** @type {any} */ family) => {
                const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found];
                const outside = error ? undefined : addresses.find((one) => !isHere(String(one)));
                if (outside === undefined) done(error, found, family);
                else done(refused(`a connection to ${host}, which is ${outside}, port ${port}`));
              },
            );
          };
          const list = Array.isArray(given[0]) ? given[0] : given;
          list[0] = { ...options, lookup: checked };
          return connect.apply(this, given);
        }
        const error = refused(`a connection to ${host}, port ${port}`);
        process.nextTick(() => this.destroy(error));
        return this;
      },
  );

  for (const name of ['send', 'connect']) {
    replace(
      dgram.Socket.prototype,
      name,
      (call) =>
        /** @this {import('node:dgram').Socket} @param {any[]} given */
        function (...given) {
          const host = given.slice(1).find((one) => typeof one === 'string');
          if (host !== undefined && !isHere(host)) throw refused(`a datagram to ${host}`);
          return call.apply(this, given);
        },
    );
  }

  replace(dns, 'lookup', (lookup) => (/** @type {string} */ host, /** @type {any[]} */ ...rest) => {
    if (isHere(host ?? '') || net.isIP(host) !== 0) return lookup(host, ...rest);
    const error = refused(`a look-up of ${host}`);
    process.nextTick(rest.at(-1), error);
    return {};
  });
  replace(
    dns.promises,
    'lookup',
    (lookup) =>
      async (/** @type {string} */ host, /** @type {any[]} */ ...rest) => {
        if (isHere(host) || net.isIP(host) !== 0) return lookup(host, ...rest);
        throw refused(`a look-up of ${host}`);
      },
  );
  syncBuiltinESMExports();
}
