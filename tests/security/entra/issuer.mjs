// Issues the tokens that are asked for, one for each line of its input:
// {"key": …, "header": {…}, "claims": {…}}; what is null is left out.
import { createInterface } from "node:readline";
import { OAuth2Server } from "oauth2-mock-server";

const KEYS = { first: "RS256", long: "RS512", padded: "PS256", curve: "ES256" };

const server = new OAuth2Server();
for (const [kid, algorithm] of Object.entries(KEYS)) {
  await server.issuer.keys.generate(algorithm, { kid });
}
await server.start(0, "127.0.0.1");
console.log(server.issuer.url);

function change(found, changes) {
  Object.assign(found, changes);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete found[name];
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { key, header, claims } = JSON.parse(line);
  const token = await server.issuer.buildToken({
    kid: key,
    scopesOrTransform: (head, payload) => {
      change(head, header);
      change(payload, claims);
    },
  });
  console.log(token);
}
await server.stop();
