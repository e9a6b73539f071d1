import { readFileSync } from "node:fs";

/**
 * Reads variable `name`, or the file that `<name>_FILE` names, as Outline does: only when the
 * variable itself is missing, trimmed, and for every name, wanted or not (so a stray SSL_CERT_FILE
 * is read as SSL_CERT). The value is kept in `env`, where libraries such as the AWS SDK look for it.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @returns {string | undefined}
 */
export function readVariable(env, name) {
  if (env[name] !== undefined) return env[name];
  const path = env[`${name}_FILE`];
  if (!path) return undefined;
  try {
    env[name] = readFileSync(path, "utf8").trim();
  } catch (error) {
    console.error(`Failed to read file for ${name}_FILE (${path}): ${error.message}`);
  }
  return env[name];
}
