// An OpenID Connect provider of somebody else's making, for one test: node oidc_provider.mjs MODULE PORT REDIRECT.
const [module, port, redirect] = process.argv.slice(2);
const { default: Provider } = await import(module);
const people = async (_, id) => ({
  accountId: id,
  claims: async () => ({ sub: id, email: `${id}@corp.example`, email_verified: true, name: 'Ana Okafor' }),
});
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'gatehouse',
    client_secret: 'client-secret-canary',
    redirect_uris: [redirect],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: people,
  pkce: { required: () => true },
  cookies: { keys: ['a test has no secrets'] },
});
provider.listen(Number(port), '127.0.0.1');
