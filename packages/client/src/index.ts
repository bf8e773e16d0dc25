export * from './contract.gen.js';
