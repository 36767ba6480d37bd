// A token server of other people's making: oidc-provider. `node issuer.mjs ID SECRET SCOPES...`
// prints its port, and serves tokens and their introspection until its standard input ends.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const [clientId, secret, ...scopes] = process.argv.slice(2);
const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: clientId,
        client_secret: secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: scopes.join(' '),
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes,
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      devInteractions: { enabled: false },
    },
  });
  server.on('request', provider.callback());
  console.log(port);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
