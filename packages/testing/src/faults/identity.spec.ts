import { namedByAuth, namedByCommand, namedByHeaders, namedByReady } from './identity.js';

const tokenOf = (payload: unknown) => `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.x`;

describe('Whose a connection is', () => {
  it.each([
    [{ userId: 7 }, 7],
    [{ userId: '7' }, 7],
    [{ token: tokenOf({ sub: '7' }) }, 7],
    [{ token: `Bearer ${tokenOf({ sub: '7' })}` }, 7],
    [{ token: tokenOf({ sub: 'auth0|7' }) }, null],
    [{ token: tokenOf({}) }, null],
    [{ token: 'no token' }, null],
    [{ token: 'a.b.c' }, null],
    [{ token: 7 }, null],
    [{ userId: -1 }, null],
    [{ userId: 2 ** 53 }, null],
    [{ userId: {} }, null],
    [{}, null],
    [null, null],
    [undefined, null],
    ['text', null],
  ])('follows from the auth %j', (auth, id) => {
    expect(namedByAuth(auth)).toBe(id);
  });

  it('follows from the headers of a request', () => {
    expect(namedByHeaders({ 'x-user-id': '7' })).toBe(7);
    expect(namedByHeaders({ authorization: `Bearer ${tokenOf({ sub: '7' })}` })).toBe(7);
    expect(namedByHeaders({ authorization: 'Basic eDp5' })).toBeNull();
    expect(namedByHeaders({})).toBeNull();
  });

  it('follows from `ready` and `userOnline`', () => {
    expect(namedByReady({ user: { id: 7 } })).toBe(7);
    expect(namedByReady(null)).toBeNull();
    expect(namedByCommand(7)).toBe(7);
    expect(namedByCommand({ userId: 7 })).toBe(7);
    expect(namedByCommand(undefined)).toBeNull();
  });
});
