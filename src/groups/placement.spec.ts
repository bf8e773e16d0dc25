import type { GroupAdds } from '../contract/index.js';
import type { Candidate } from './consent.queries.js';
import { isCharged, placementOf } from './placement.js';

const stranger: Candidate = {
  userId: 1,
  groupAdds: null,
  isContact: false,
  blocksAdder: false,
  isBlockedByAdder: false,
  hasLeft: false,
  hasDeclined: false,
  hasDeclinedLately: false,
};

describe('Somebody whom another adds to a group', () => {
  it.each<[GroupAdds, GroupAdds | null, string, string]>([
    ['everybody', null, 'added', 'added'],
    ['everybody', 'everybody', 'added', 'added'],
    ['everybody', 'contacts', 'invited', 'added'],
    ['everybody', 'invited', 'invited', 'invited'],
    ['contacts', null, 'invited', 'added'],
    ['contacts', 'everybody', 'invited', 'added'],
    ['contacts', 'contacts', 'invited', 'added'],
    ['contacts', 'invited', 'invited', 'invited'],
    ['invited', null, 'invited', 'invited'],
    ['invited', 'everybody', 'invited', 'invited'],
  ])(
    'where the server says %s and they say %s is %s as a stranger, %s as a contact',
    (policy, own, ...how) => {
      const candidate = { ...stranger, groupAdds: own };
      const contact = { ...candidate, isContact: true };
      expect([placementOf(candidate, policy), placementOf(contact, policy)]).toEqual(how);
    },
  );

  it('is asked, whatever the policy, once they have left the group or declined it', () => {
    const contact = { ...stranger, isContact: true };
    expect(placementOf({ ...contact, hasLeft: true }, 'everybody')).toBe('invited');
    expect(placementOf({ ...contact, hasDeclined: true }, 'everybody')).toBe('invited');
  });

  it('does not hear of it after they have declined lately, or while they block the other', () => {
    const declined = { ...stranger, hasDeclined: true, hasDeclinedLately: true };
    expect(placementOf(declined, 'everybody')).toBe('withheld');
    expect(placementOf({ ...stranger, isContact: true, blocksAdder: true }, 'everybody')).toBe('withheld');
  });

  it('is left out when the one who adds blocks them', () => {
    expect(placementOf({ ...stranger, isBlockedByAdder: true, blocksAdder: true }, 'everybody')).toBe(
      'leftOut',
    );
  });

  it('is charged for if they are a stranger or have left, and whether they block makes no difference', () => {
    for (const blocksAdder of [false, true]) {
      expect(isCharged({ ...stranger, blocksAdder })).toBe(true);
      expect(isCharged({ ...stranger, blocksAdder, isContact: true })).toBe(false);
      expect(isCharged({ ...stranger, blocksAdder, isContact: true, hasLeft: true })).toBe(true);
    }
    expect(isCharged({ ...stranger, isBlockedByAdder: true })).toBe(false);
  });
});
