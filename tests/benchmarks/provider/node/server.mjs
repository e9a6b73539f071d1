// oidc-provider as its documentation begins, but for what makes it do what a sign-in at ours does:
// one client, claims, a refresh token. It keeps sessions, codes and tokens in memory.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import Provider from "oidc-provider";

const [port, client_id, client_secret, callback] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  claims: {
    openid: ["sub"],
    profile: ["name", "preferred_username"],
    email: ["email", "email_verified"],
  },
  clients: [
    {
      client_id,
      client_secret,
      redirect_uris: [callback],
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  cookies: { keys: [randomBytes(32).toString("hex")] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id,
      preferred_username: id,
      email: `${id}@example.com`,
      email_verified: true,
    }),
  }),
  issueRefreshToken: () => true,
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" }] },
  pkce: { required: () => false },
});

provider.listen(Number(port), "127.0.0.1");
