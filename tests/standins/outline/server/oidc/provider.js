import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import fetch from "node-fetch";
import { getProxyForUrl } from "proxy-from-env";
import { authenticationRequired, providerUnavailable } from "../errors.js";

/**
 * GET on the userinfo endpoint, in the name of an access token.
 *
 * @param {Record<string, any>} env
 * @param {string} accessToken
 * @returns {Promise<{ status: number, text: string }>}
 * @throws {import("../errors.js").Refusal} `invalid_request` when nobody answered
 */
export async function askUserinfo(env, accessToken) {
  return request(env.OIDC_USERINFO_URI, {
    headers: { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json" },
  });
}

/**
 * Trades the refresh token for a new set.
 *
 * @param {Record<string, any>} env
 * @param {string} refreshToken
 * @returns {Promise<{ accessToken: string, refreshToken?: string, expiresAt: Date | null }>}
 * @throws {import("../errors.js").Refusal} `authentication_required` when the provider refused in
 *   JSON; `invalid_request` when nobody answered or the answer is not JSON
 */
export async function refreshTokens(env, refreshToken) {
  const { status, text } = await request(env.OIDC_TOKEN_URI, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      client_id: env.OIDC_CLIENT_ID,
      client_secret: env.OIDC_CLIENT_SECRET,
      refresh_token: refreshToken,
      grant_type: "refresh_token",
    }).toString(),
  });
  const answer = parseClaims(text);
  if (!isSuccess(status)) throw authenticationRequired();
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    expiresAt: answer.expires_in ? new Date(Date.now() + answer.expires_in * 1000) : null,
  };
}

/** @param {number} status */
export const isSuccess = (status) => status >= 200 && status < 300;

/**
 * @param {string} text
 * @returns {Record<string, any>}
 */
export function parseClaims(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw providerUnavailable(`Expected JSON response from OIDC provider, got: ${text.slice(0, 200)}`);
  }
}

/** Unlike the token request at sign-in, these respect NO_PROXY. */
async function request(url, init) {
  try {
    const response = await fetch(url, { ...init, agent: proxyAgent(url) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw providerUnavailable(error.message);
  }
}

function proxyAgent(url) {
  const proxy = getProxyForUrl(url);
  if (!proxy) return undefined;
  return url.startsWith("https:") ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy);
}
