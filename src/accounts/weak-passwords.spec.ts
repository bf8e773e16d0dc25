import { weaknessOf } from './weak-passwords.js';

describe('A new password', () => {
  it.each(['password1', 'Football', 'qwertyuiop', '1Q2W3E4R', 'ｐａｓｓｗｏｒｄ'])(
    'is not one of the most common: %s',
    (password) => {
      expect(weaknessOf(password, 'alice')).toContain('most common');
    },
  );

  it.each(['aaaaaaaaa', 'abcabcabca', '12121212', '23456789', 'hgfedcba'])(
    'is not a repetition or a sequence: %s',
    (password) => {
      expect(weaknessOf(password, 'alice')).toContain('not a repetition');
    },
  );

  it.each(['Alice.Example@mail.test', 'alice.example', 'tset.liam@elpmaxe.ecila'])(
    'is not the username: %s',
    (password) => {
      expect(weaknessOf(password, 'alice.example@mail.test')).toContain('username');
    },
  );

  it.each(['correct horse', 'x7#kd9!q', 'alice likes tea', 'Zürich im Mai', '# The 10,000'])(
    'may be: %s',
    (password) => {
      expect(weaknessOf(password, 'alice')).toBeNull();
    },
  );
});
