import { DUTIES, type Options, parseOptions, SECTIONS } from './options.js';

const sectionsOf = (...only: string[]) => (parseOptions(['--only', only.join(',')]) as Options).sections;

describe('What a bench measures', () => {
  it('is every section, unless some are named', () => {
    expect((parseOptions([]) as Options).sections).toEqual(SECTIONS);
    expect(sectionsOf('ours')).toEqual(SECTIONS);
    expect(sectionsOf('rate', 'reads')).toEqual(['rate', 'reads']);
  });

  it('is what is no part of a whole run only by name, with the sections that are named as well', () => {
    for (const duty of DUTIES) {
      expect(sectionsOf(duty)).toEqual([duty]);
      expect(sectionsOf('pairs', duty)).toEqual(['pairs', duty]);
      expect(sectionsOf(...SECTIONS, duty)).toEqual([...SECTIONS, duty]);
    }
  });
});
