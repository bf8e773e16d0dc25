/** openapi.json and openapi.yaml: the server would need a fifth of a second for each, in which nobody else is heard. */
import { createRequire } from 'node:module';
import { openApiDocument } from '../../dist/rest/openapi/document.js';

const document = openApiDocument();

export const openApiJson = () => JSON.stringify(document);

/** With the library that the server writes YAML with where it has no such file. */
export function openApiYaml() {
  const ofSwagger = createRequire(createRequire(import.meta.url).resolve('@nestjs/swagger'));
  return ofSwagger('js-yaml').dump(document, { skipInvalid: true, noRefs: true });
}
