import type { FieldDef } from 'pg';
import { toObjects } from './rows.js';

const fields = (...names: string[]) => names.map((name) => ({ name }) as FieldDef);

describe('Rows as objects', () => {
  it('have the columns as properties, in their order, whatever the names hold', () => {
    const names = ['id', 'o.name', 'quo"te', 'back\\slash', 'line\nend', '?column?', 'ends"}; throw 1; ({"'];
    const [row] = toObjects('odd names', fields(...names), [[1, 'Ann', null, true, 'x', { a: 1 }, []]]);
    expect(Object.entries(row as object)).toEqual([
      ['id', 1],
      ['o.name', 'Ann'],
      ['quo"te', null],
      ['back\\slash', true],
      ['line\nend', 'x'],
      ['?column?', { a: 1 }],
      ['ends"}; throw 1; ({"', []],
    ]);
  });

  it('are none of none, before the columns are known and after', () => {
    expect(toObjects('none', fields('id'), [])).toEqual([]);
    expect(toObjects('none', fields('id'), [[1], [2]])).toEqual([{ id: 1 }, { id: 2 }]);
    expect(toObjects('none', fields('id'), [])).toEqual([]);
  });

  it('follow the columns that the answer states, should they be others than last time', () => {
    expect(toObjects('changing', fields('id', 'name'), [[1, 'Ann']])).toEqual([{ id: 1, name: 'Ann' }]);
    expect(toObjects('changing', fields('id', 'added', 'name'), [[1, 0, 'Ann']])).toEqual([
      { id: 1, added: 0, name: 'Ann' },
    ]);
    expect(toObjects('changing', fields('name', 'id'), [['Ann', 1]])).toEqual([{ name: 'Ann', id: 1 }]);
  });
});
