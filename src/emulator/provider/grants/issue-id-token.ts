import type { Grant, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';

/** Issues the ID token of a refresh. */
export async function issueIdToken(
  ctx: KoaContextWithOIDC,
  token: RefreshToken,
  grant: Grant,
  scopes: Set<string>,
): Promise<string> {
  const { account, provider } = ctx.oidc;
  const granted = grant.getOIDCScopeFiltered(scopes);
  // Before Logto 1.46 the mask has `auth_time` if the sign-in requested it. Every later ID token then has it too.
  const mask = token.claims?.id_token ?? {};
  const claims = await account?.claims('id_token', granted, mask, []);
  const { acr, amr, authTime } = token;
  const available = { ...claims, acr, amr, auth_time: authTime };
  const idToken = Object.assign(new provider.IdToken(available, { ctx }), {
    scope: granted,
    mask,
    rejected: [],
  });
  idToken.set('nonce', token.nonce);
  idToken.set('sid', token.sid);
  return idToken.issue({ use: 'idtoken' });
}
