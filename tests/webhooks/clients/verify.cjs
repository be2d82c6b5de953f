// Verifies what it is given with both libraries: what each says of the bytes as they came, and of the same bytes changed.
const { Webhook } = require('standardwebhooks');
const { Webhook: Svix } = require('svix');

const { body, headers, secret } = JSON.parse(process.argv[2]);
const said = (Library, bytes) => {
  try {
    return (new Library(secret).verify(bytes, headers) ?? JSON.parse(bytes)).id; // svix only says that it is right
  } catch (error) {
    return error.constructor.name;
  }
};
const found = {};
for (const [name, Library] of Object.entries({ standardwebhooks: Webhook, svix: Svix })) {
  found[name] = [said(Library, body), said(Library, body.replace('key.created', 'key.revoked'))];
}
console.log(JSON.stringify(found));
