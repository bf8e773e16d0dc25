/**
 * A random UUID (version 4). `crypto.randomUUID` is missing on pages that were loaded over plain HTTP, and in React Native
 * all of `crypto`.
 */
export function uuid(): string {
  const source = globalThis.crypto as Crypto | undefined;
  if (typeof source?.randomUUID === 'function') return source.randomUUID();
  const digit = () => (source ? source.getRandomValues(new Uint8Array(1))[0]! : Math.random() * 256) & 15;
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) =>
    (place === 'x' ? digit() : 8 | (digit() & 3)).toString(16),
  );
}
