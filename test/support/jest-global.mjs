/** In ES modules Jest sets every global but `jest` itself. */
globalThis.jest = import.meta.jest;
