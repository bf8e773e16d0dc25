/**
 * Ends the process with a one-line message when this Node.js is too old. scripts/build.mjs loads it first, and the
 * build runs before `npm start` and `npm test`. Written in the JavaScript of 2009, so that every Node can parse it.
 *
 * For `npm install`, npm itself refuses (`engine-strict` in .npmrc) before it downloads anything.
 */
'use strict';

/** `engines` has the form used in package.json: `^20.19.0 || ^22.13.0 || >=24.0.0`. Patch versions are ignored. */
function fits(version, engines) {
  var numbers = version.split('.').map(Number);
  return engines.split('||').some(function (range) {
    var parts = /^\s*(\^|>=)(\d+)\.(\d+)\.0\s*$/.exec(range);
    if (parts === null) throw new Error('package.json: engines.node: ' + range);
    var major = Number(parts[2]);
    if (numbers[0] === major) return numbers[1] >= Number(parts[3]);
    return parts[1] === '>=' && numbers[0] > major;
  });
}

/** The one-line message for a Node that does not fit; null when it fits. */
function complaint(version, engines) {
  if (fits(version, engines)) return null;
  var wanted = engines.split('||').map(function (range) {
    return range.replace(/[^\d.]/g, '').replace(/(\.0)+$/, '') + '+';
  });
  var last = wanted.pop();
  return (
    'Node.js ' +
    wanted.join(', ') +
    ' or ' +
    last +
    ' is needed, and this is ' +
    version +
    ' (https://nodejs.org).'
  );
}

var problem = complaint(process.versions.node, require('../package.json').engines.node);
if (problem !== null) {
  process.stderr.write(problem + '\n');
  process.exit(1);
}

module.exports = complaint;
