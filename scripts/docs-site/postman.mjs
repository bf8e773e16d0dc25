/** postman.json: the routes of the REST API as a collection, with variables for address, token, API key and user. */
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { openApiDocument } from '../../dist/rest/openapi/document.js';

const VARIABLES = [
  ['baseUrl', 'http://localhost:3000', 'Where the server is.'],
  [
    'userId',
    '1',
    'In open mode, and with an API key: the user who acts; an id, or external:ann by your own.',
  ],
  ['token', '', 'With AUTH=jwt: the access token of a user.'],
  ['apiKey', '', 'With AUTH=jwt: the API key of a backend, instead of a token.'],
];

/** @returns the collection; null: the converter is not installed (`npm ci --omit=dev`) */
export async function postmanCollection() {
  let converter;
  try {
    converter = createRequire(import.meta.url)('openapi-to-postmanv2');
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
  const convert = promisify(converter.convertV2.bind(converter));
  const { result, reason, output } = await convert(
    { type: 'json', data: openApiDocument() },
    {
      folderStrategy: 'Tags',
      requestParametersResolution: 'Example',
      exampleParametersResolution: 'Example',
      includeAuthInfoInExample: false,
      keepImplicitHeaders: false,
      includeResponse: false,
    },
  );
  if (!result) throw new Error(`No Postman collection: ${reason}`);
  return finished(output[0].data);
}

/** Ids are random in each conversion: a build should give the same file twice. */
function finished(collection) {
  const { info } = collection;
  const plain = (items) => items.map((item) => ('item' in item ? folder(item) : request(item)));
  const folder = ({ name, item }) => ({ name, item: plain(item) });
  return {
    info: {
      name: info.name,
      description: 'Open `Variables` of this collection and fill in what your server needs.',
      schema: info.schema,
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    variable: VARIABLES.map(([key, value, description]) => ({ key, value, description })),
    item: plain(collection.item),
  };
}

function request({ name, request: made }) {
  const { auth: _, header = [], ...rest } = made;
  const own = header.filter(({ key }) => !['X-User-Id', 'Accept'].includes(key));
  const ours = [
    ['X-User-Id', '{{userId}}'],
    ['X-Api-Key', '{{apiKey}}'],
  ].map(([key, value]) => ({ key, value, disabled: key === 'X-Api-Key' }));
  return { name, request: { ...rest, header: [...own, ...ours] } };
}
